/* SPDX-License-Identifier: Apache-2.0 */
/* Colors, where the style has them. */
#ifndef REPORT_TEXT_PAINT_H
#define REPORT_TEXT_PAINT_H

#include <report/format.h>
#include <stdio.h>

enum paint { PAINT_NONE, PAINT_BOLD, PAINT_RED, PAINT_GREEN, PAINT_DIM };

/* Of what follows. */
void text_paint(FILE *stream, const struct report_style *style, enum paint paint);

/* Of this text. */
void text_painted(FILE *stream, const struct report_style *style, enum paint paint,
		  const char *text);

#endif
