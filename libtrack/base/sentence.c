/* SPDX-License-Identifier: Apache-2.0 */
#include <base/sentence.h>
#include <stdarg.h>
#include <stdio.h>

struct sentence sentence_start(char *text, size_t capacity)
{
	text[0] = '\0';
	return (struct sentence){.text = text, .capacity = capacity};
}

void sentence_add(struct sentence *sentence, const char *format, ...)
{
	size_t room = sentence->capacity - sentence->used;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(sentence->text + sentence->used, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		sentence->used += (size_t)length < room ? (size_t)length : room - 1;
}
