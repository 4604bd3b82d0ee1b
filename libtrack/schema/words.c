/* SPDX-License-Identifier: Apache-2.0 */
#include <schema/words.h>

#include <base/suggest.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LIST_TEXT 384

static const struct schema_word bools[] = {{"true", 1}, {"false", 0}};
const struct schema_words schema_words_bool = {"value", "values", bools, 2};

int schema_words_find(const struct schema_words *words, const char *name, uint32_t *ret_number)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->rows[i].name, name) == 0) {
			*ret_number = words->rows[i].number;
			return 0;
		}
	return -ENOENT;
}

const char *schema_words_name(const struct schema_words *words, uint32_t number)
{
	for (size_t i = 0; i < words->count; i++)
		if (words->rows[i].number == number)
			return words->rows[i].name;
	return NULL;
}

static const char *join(const struct schema_words *words, char ret_text[LIST_TEXT])
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (size_t i = 0; i < words->count && length < LIST_TEXT; i++)
		length += (size_t)snprintf(ret_text + length, LIST_TEXT - length, "%s%s",
					   i ? ", " : "", words->rows[i].name);
	return ret_text;
}

/* What is typed from memory may lack its beginning: null, nonnull. */
static const char *find_longer(const struct schema_words *words, const char *typed)
{
	for (size_t i = 0; i < words->count && strlen(typed) > 2; i++)
		if (strstr(words->rows[i].name, typed))
			return words->rows[i].name;
	return NULL;
}

void schema_words_complain(const struct schema_words *words, const char *name, unsigned line,
			   struct schema_errors *errors)
{
	struct suggestion near = suggestion_start(name);
	char text[LIST_TEXT];

	for (size_t i = 0; i < words->count; i++)
		suggestion_offer(&near, words->rows[i].name);
	if (!near.name)
		near.name = find_longer(words, name);
	schema_errors_add(errors, line, "%s '%.64s' is unknown; %s%s%s%s are: %s", words->what,
			  name, near.name ? "did you mean '" : "", near.name ? near.name : "",
			  near.name ? "'? " : "", words->plural, join(words, text));
}
