/* SPDX-License-Identifier: Apache-2.0 */
#include "text_paint.h"

static const char *const paints[] = {
	[PAINT_NONE] = "\033[0m",   [PAINT_BOLD] = "\033[1m", [PAINT_RED] = "\033[31m",
	[PAINT_GREEN] = "\033[32m", [PAINT_DIM] = "\033[2m",
};

void text_paint(FILE *stream, const struct report_style *style, enum paint paint)
{
	if (style->color)
		fputs(paints[paint], stream);
}

void text_painted(FILE *stream, const struct report_style *style, enum paint paint,
		  const char *text)
{
	text_paint(stream, style, paint);
	fputs(text, stream);
	text_paint(stream, style, PAINT_NONE);
}
