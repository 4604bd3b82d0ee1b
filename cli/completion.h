/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that complete our words in shells, made from the tables of commands and options. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stdio.h>

#include "command.h"

/* Prints the script for a shell, "bash" or "zsh", and these commands. */
void completion_print(FILE *stream, const char *shell, const struct command *commands,
		      size_t count);

#endif
