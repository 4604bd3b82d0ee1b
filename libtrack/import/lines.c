/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <errno.h>
#include <string.h>

enum { ESCAPE = 0x1b };

/* ESC [ parameters, and a letter. What begins so and goes on otherwise stays. */
static size_t escape_length(const char *text)
{
	size_t length = 2;

	if (text[0] != ESCAPE || text[1] != '[')
		return 0;
	length += strspn(text + length, "0123456789;");
	return text[length] == 'm' || text[length] == 'K' ? length + 1 : 0;
}

static void drop_colours(char *text)
{
	char *to = text;

	while (*text != '\0') {
		size_t length = escape_length(text);

		if (length == 0)
			*to++ = *text++;
		text += length;
	}
	*to = '\0';
}

int line_read(FILE *file, char ret_text[LINE_BYTES])
{
	size_t length = 0;
	int byte;

	while ((byte = getc_unlocked(file)) != EOF && byte != '\n')
		if (length < LINE_BYTES - 1)
			ret_text[length++] = (char)byte;
	if (ferror(file))
		return -EIO;
	if (byte == EOF && length == 0)
		return 0;
	if (length > 0 && ret_text[length - 1] == '\r')
		length--;
	ret_text[length] = '\0';
	drop_colours(ret_text);
	return 1;
}
