/* SPDX-License-Identifier: Apache-2.0 */
#include "xml.h"

#include <base/text.h>
#include <stdbool.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What stands for a character of one byte that cannot stand for itself; NULL: it can. */
static const char *entity(char byte, const char *line_end)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return line_end;
	default:
		return (unsigned char)byte < 0x20 || byte == 0x7f ? " " : NULL;
	}
}

/* U+FFFE and U+FFFF are well formed, and no characters of XML. */
static bool is_excluded(const char *character, size_t length)
{
	return length == 0 || (length == 3 && (memcmp(character, "\xef\xbf\xbe", 3) == 0 ||
					       memcmp(character, "\xef\xbf\xbf", 3) == 0));
}

static void write_text(FILE *stream, const char *text, const char *line_end)
{
	size_t left = strlen(text);

	while (left) {
		size_t length = text_character(text, left);
		const char *other = length == 1 ? entity(*text, line_end) : NULL;

		if (is_excluded(text, length))
			other = REPLACEMENT;
		if (other)
			fputs(other, stream);
		else
			fwrite(text, 1, length, stream);
		length += length == 0;
		text += length;
		left -= length;
	}
}

void xml_text(FILE *stream, const char *text)
{
	write_text(stream, text, "\n");
}

void xml_attribute(FILE *stream, const char *name, const char *text)
{
	fprintf(stream, " %s=\"", name);
	write_text(stream, text, "&#10;");
	fputc('"', stream);
}
