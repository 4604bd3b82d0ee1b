/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a file that may be anything: bounded, and without the colours of a terminal. */
#ifndef IMPORT_LINES_H
#define IMPORT_LINES_H

#include <stdio.h>

enum { LINE_BYTES = 65536 };

/*
 * The next line, without its end: 1, 0: there is no more, -EIO. What is longer than text holds is
 * cut, and a zero byte ends it.
 */
int line_read(FILE *file, char ret_text[LINE_BYTES]);

#endif
