/* SPDX-License-Identifier: Apache-2.0 */
#include "texts.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct text {
	struct text *next; /* of the same hash */
	char bytes[];
};

void texts_finish(struct texts *texts)
{
	size_t cursor = 0;
	uint64_t hash, value;

	while (u64map_next(&texts->by_hash, &cursor, &hash, &value)) {
		struct text *at = (struct text *)(uintptr_t)value;

		while (at != NULL) {
			struct text *next = at->next;

			free(at);
			at = next;
		}
	}
	u64map_finish(&texts->by_hash);
}

static struct text *first_of(const struct texts *texts, uint64_t hash)
{
	const uint64_t *known = u64map_get(&texts->by_hash, hash);

	return known != NULL ? (struct text *)(uintptr_t)*known : NULL;
}

int texts_intern(struct texts *texts, const char *text, const char **ret_text)
{
	uint64_t hash = fnv_text(FNV_START, text);
	struct text *first = first_of(texts, hash), *at = first;
	size_t size = strlen(text) + 1;

	while (at != NULL && strcmp(at->bytes, text) != 0)
		at = at->next;
	if (at == NULL) {
		at = malloc(sizeof(*at) + size);
		if (at == NULL)
			return -ENOMEM;
		at->next = first;
		memcpy(at->bytes, text, size);
		if (u64map_put(&texts->by_hash, hash, (uintptr_t)at) != 0) {
			free(at);
			return -ENOMEM;
		}
	}
	*ret_text = at->bytes;
	return 0;
}
