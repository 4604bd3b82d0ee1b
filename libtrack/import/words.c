/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <base/fnv.h>
#include <base/text.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

enum { WORD_BYTES = 1024 };

void words_finish(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	u64map_finish(&words->by_hash);
	*words = (struct words){0};
}

const char *words_get(const struct words *words, uint32_t id)
{
	return id != 0 ? words->items[id - 1] : NULL;
}

int words_add(struct words *words, const char *bytes, size_t size, uint32_t *ret_id)
{
	char text[WORD_BYTES];
	size_t length = text_clean(bytes, size, text, sizeof(text));
	uint64_t hash = fnv_text(FNV_START, text);
	const uint64_t *known = u64map_get(&words->by_hash, hash);
	int error;

	/* Two texts of one hash, which only malice makes: the second has an id each time. */
	if (length == 0 || (known != NULL && strcmp(words->items[*known - 1], text) == 0)) {
		*ret_id = length == 0 ? 0 : (uint32_t)*known;
		return 0;
	}
	error = array_grow((void **)&words->items, words->count, &words->capacity,
			   sizeof(*words->items));
	if (error != 0)
		return error;
	words->items[words->count] = strdup(text);
	if (words->items[words->count] == NULL)
		return -ENOMEM;
	words->count++;
	*ret_id = (uint32_t)words->count;
	return known != NULL ? 0 : u64map_put(&words->by_hash, hash, words->count);
}
