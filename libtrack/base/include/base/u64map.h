/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash map from 64-bit keys to 64-bit values: open addressing, linear probing.
 * For the hot lookups of ingest (stack hash -> id, subject -> lifetime).
 */
#ifndef BASE_U64MAP_H
#define BASE_U64MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct u64map {
	struct u64map_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
	size_t tombs;
};

/* A zeroed struct is an empty map. Frees the storage and empties it. */
void u64map_finish(struct u64map *map);
/* NULL if absent; the pointer lives until the next put or remove. */
uint64_t *u64map_get(const struct u64map *map, uint64_t key);
/* Insert or overwrite. -ENOMEM. */
int u64map_put(struct u64map *map, uint64_t key, uint64_t value);
bool u64map_remove(struct u64map *map, uint64_t key);
/* Step over all: start with *cursor = 0; false at the end. */
bool u64map_next(const struct u64map *map, size_t *cursor, uint64_t *ret_key, uint64_t *ret_value);

#endif
