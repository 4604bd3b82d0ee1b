/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include <ctype.h>
#include <string.h>

static bool take(const char **text, unsigned base, uint64_t end, uint64_t *ret_number)
{
	const char *at = *text;
	uint64_t number = 0;

	for (; isxdigit((unsigned char)*at); at++) {
		unsigned digit = isdigit((unsigned char)*at)
					 ? (unsigned)(*at - '0')
					 : (unsigned)(tolower((unsigned char)*at) - 'a') + 10;

		if (digit >= base)
			break;
		number = number * base + digit;
		if (number >= end)
			return false;
	}
	if (at == *text)
		return false;
	*text = at;
	*ret_number = number;
	return true;
}

bool number_take(const char **text, uint64_t end, uint64_t *ret_number)
{
	return take(text, 10, end, ret_number);
}

bool text_take(const char **text, const char *start)
{
	size_t length = strlen(start);

	if (strncmp(*text, start, length) != 0)
		return false;
	*text += length;
	return true;
}

bool number_take_address(const char **text, uint64_t end, uint64_t *ret_number)
{
	const char *at = *text;

	if (!text_take(&at, "0x") || !take(&at, 16, end, ret_number))
		return false;
	*text = at;
	return true;
}
