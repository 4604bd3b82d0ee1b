/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page rtctrack(1), made from the same tables as the command. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include <stdio.h>

/* Prints roff source (man macros). */
void manual_print(FILE *stream);

#endif
