/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <string.h>

struct builder {
	char *at;
	char *end;
};

static bool add_text(struct builder *b, const char *text)
{
	size_t length = strlen(text);
	if (length >= (size_t)(b->end - b->at))
		return false;
	memcpy(b->at, text, length + 1);
	b->at += length;
	return true;
}

static bool add_number(struct builder *b, uint64_t number)
{
	char digits[24];
	char *at = digits + sizeof(digits) - 1;
	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return add_text(b, at);
}

bool path_spool(char *ret_path, size_t capacity, const char *folder, uint64_t pid, uint64_t unique,
		const char *suffix)
{
	struct builder b = {ret_path, ret_path + capacity};
	return add_text(&b, folder) && add_text(&b, "/") && add_number(&b, pid) &&
	       add_text(&b, "-") && add_number(&b, unique) && add_text(&b, suffix);
}

bool path_number(char *ret_path, size_t capacity, const char *prefix, uint64_t number,
		 const char *suffix)
{
	struct builder b = {ret_path, ret_path + capacity};
	return add_text(&b, prefix) && add_number(&b, number) && add_text(&b, suffix);
}

bool path_join(char *ret_path, size_t capacity, const char *folder, const char *name)
{
	struct builder b = {ret_path, ret_path + capacity};
	return add_text(&b, folder) && add_text(&b, "/") && add_text(&b, name);
}
