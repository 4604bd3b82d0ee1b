/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <base/text.h>
#include <errno.h>
#include <string.h>

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

int lines_start(struct lines *lines, const void *bytes, size_t size, size_t size_max,
		struct schema_errors *errors)
{
	static const char mark[] = "\xef\xbb\xbf"; /* what editors put before UTF-8 */

	if (size > size_max) {
		schema_errors_add(errors, 0, "it has more than %zu bytes", size_max);
		return -EINVAL;
	}
	lines->at = bytes;
	lines->end = lines->at + size;
	lines->number = 0;
	lines->errors = errors;
	if (size >= sizeof(mark) - 1 && memcmp(bytes, mark, sizeof(mark) - 1) == 0)
		lines->at += sizeof(mark) - 1;
	return 0;
}

static const char *amiss(const char *text, size_t length)
{
	char clean[LINE_BYTES_MAX + 1];

	if (memchr(text, '\0', length))
		return "it holds a zero byte";
	if (text_clean(text, length, clean, sizeof(clean)) != length ||
	    memcmp(text, clean, length) != 0)
		return "it holds a control character, or what is no UTF-8";
	return NULL;
}

/* Into lines->text. False, told, if it cannot be read. */
static bool keep(struct lines *lines, const char *start, const char *end)
{
	size_t length;
	const char *wrong;

	while (start < end && is_blank(*start))
		start++;
	while (start < end && is_blank(end[-1]))
		end--;
	length = (size_t)(end - start);
	if (length > LINE_BYTES_MAX) {
		schema_errors_add(lines->errors, lines->number,
				  "the line has %zu bytes; at most %u are read", length,
				  LINE_BYTES_MAX);
		return false;
	}
	for (size_t i = 0; i < length; i++)
		lines->text[i] = start[i] == '\t' ? ' ' : start[i];
	lines->text[length] = '\0';
	wrong = amiss(lines->text, length);
	if (wrong)
		schema_errors_add(lines->errors, lines->number, "%s", wrong);
	return !wrong;
}

bool lines_next(struct lines *lines)
{
	while (lines->at < lines->end) {
		const char *start = lines->at;
		const char *newline = memchr(start, '\n', (size_t)(lines->end - start));
		const char *end = newline ? newline : lines->end;

		lines->at = newline ? newline + 1 : lines->end;
		lines->number++;
		if (keep(lines, start, end) && lines->text[0])
			return true;
	}
	return false;
}
