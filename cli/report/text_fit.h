/* SPDX-License-Identifier: Apache-2.0 */
/* Long lines for a terminal: broken at spaces, and indented below their first part. */
#ifndef REPORT_TEXT_FIT_H
#define REPORT_TEXT_FIT_H

#include <stdio.h>

/* text is UTF-8 and may hold colours (SGR sequences). width: columns, at least 20. */
void text_fit(FILE *stream, const char *text, size_t width);

#endif
