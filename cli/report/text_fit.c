/* SPDX-License-Identifier: Apache-2.0 */
#include "text_fit.h"

#include <string.h>

#define HANG 2 /* what follows a break stands so much further in */

/* Bytes of a colour at text, 0 if none begins there. */
static size_t color_bytes(const char *text)
{
	return text[0] == '\033' && text[1] == '[' ? strcspn(text, "m\n") + 1 : 0;
}

/* Bytes of the character at text, which takes one column. */
static size_t character_bytes(const char *text)
{
	size_t bytes = 1;

	while (((unsigned char)text[bytes] & 0xc0) == 0x80)
		bytes++;
	return bytes;
}

/* The next part of a line: as much as fits, up to the last space if there is one. */
static size_t part_bytes(const char *line, const char *end, size_t width)
{
	const char *at = line, *space = NULL;
	size_t columns = 0;

	while (at < end) {
		size_t color = color_bytes(at);

		if (color) {
			at += color;
			continue;
		}
		if (columns == width)
			return (size_t)((*at == ' ' || !space ? at : space) - line);
		if (*at == ' ' && at > line && at[-1] != ' ')
			space = at;
		at += character_bytes(at);
		columns++;
	}
	return (size_t)(end - line);
}

static void fit_line(FILE *stream, const char *line, const char *end, size_t width)
{
	size_t indent = strspn(line, " "), room;

	if (indent + HANG > width / 2)
		indent = width / 2 - HANG;
	/* The spaces that begin a line are no place to break it. */
	fwrite(line, 1, indent, stream);
	line += indent;
	for (room = width - indent; line < end; room = width - indent - HANG) {
		size_t bytes = part_bytes(line, end, room);

		fwrite(line, 1, bytes, stream);
		line += bytes;
		line += strspn(line, " ");
		if (line < end)
			fprintf(stream, "\n%*s", (int)(indent + HANG), "");
	}
	fputc('\n', stream);
}

void text_fit(FILE *stream, const char *text, size_t width)
{
	while (*text) {
		const char *end = text + strcspn(text, "\n");

		fit_line(stream, text, end, width);
		text = *end ? end + 1 : end;
	}
}
