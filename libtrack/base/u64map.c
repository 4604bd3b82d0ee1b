/* SPDX-License-Identifier: Apache-2.0 */
#include <base/u64map.h>

#include <errno.h>
#include <stdlib.h>

#define CAPACITY_MIN 16

enum slot_state { SLOT_EMPTY, SLOT_FULL, SLOT_TOMB };

struct u64map_slot {
	uint64_t key;
	uint64_t value;
	enum slot_state state;
};

/* The finalizer of splitmix64: every bit of the key reaches the low bits, which choose the slot. */
static uint64_t mix(uint64_t key)
{
	key ^= key >> 30;
	key *= 0xbf58476d1ce4e5b9u;
	key ^= key >> 27;
	key *= 0x94d049bb133111ebu;
	return key ^ key >> 31;
}

static size_t next_index(const struct u64map *map, size_t index)
{
	return (index + 1) & (map->capacity - 1);
}

static struct u64map_slot *find(const struct u64map *map, uint64_t key)
{
	if (map->count == 0)
		return NULL;
	size_t index = mix(key) & (map->capacity - 1);
	for (; map->slots[index].state != SLOT_EMPTY; index = next_index(map, index)) {
		struct u64map_slot *slot = &map->slots[index];
		if (slot->state == SLOT_FULL && slot->key == key)
			return slot;
	}
	return NULL;
}

/* The key must be absent, and an empty slot must be left. */
static void insert(struct u64map *map, uint64_t key, uint64_t value)
{
	size_t index = mix(key) & (map->capacity - 1);
	while (map->slots[index].state == SLOT_FULL)
		index = next_index(map, index);
	struct u64map_slot *slot = &map->slots[index];
	if (slot->state == SLOT_TOMB)
		map->tombs--;
	*slot = (struct u64map_slot){.key = key, .value = value, .state = SLOT_FULL};
	map->count++;
}

static int rebuild(struct u64map *map, size_t capacity)
{
	struct u64map grown = {.capacity = capacity};

	grown.slots = calloc(capacity, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < map->capacity; i++)
		if (map->slots[i].state == SLOT_FULL)
			insert(&grown, map->slots[i].key, map->slots[i].value);
	free(map->slots);
	*map = grown;
	return 0;
}

/* Make room for one more, so that three quarters at most are full or tombs. */
static int reserve(struct u64map *map)
{
	size_t limit = map->capacity / 4 * 3;

	if (map->capacity == 0)
		return rebuild(map, CAPACITY_MIN);
	if (map->count + map->tombs < limit)
		return 0;
	if (map->count < limit / 2)
		return rebuild(map, map->capacity); /* it is mostly tombs that fill it */
	if (map->capacity > SIZE_MAX / 2 / sizeof(struct u64map_slot))
		return -ENOMEM;
	return rebuild(map, map->capacity * 2);
}

void u64map_finish(struct u64map *map)
{
	free(map->slots);
	*map = (struct u64map){0};
}

uint64_t *u64map_get(const struct u64map *map, uint64_t key)
{
	struct u64map_slot *slot = find(map, key);

	return slot == NULL ? NULL : &slot->value;
}

int u64map_put(struct u64map *map, uint64_t key, uint64_t value)
{
	struct u64map_slot *slot = find(map, key);

	if (slot != NULL) {
		slot->value = value;
		return 0;
	}
	int error = reserve(map);
	if (error < 0)
		return error;
	insert(map, key, value);
	return 0;
}

bool u64map_remove(struct u64map *map, uint64_t key)
{
	struct u64map_slot *slot = find(map, key);

	if (slot == NULL)
		return false;
	size_t index = (size_t)(slot - map->slots);
	/* No probe passes through a slot whose successor is empty. */
	if (map->slots[next_index(map, index)].state == SLOT_EMPTY) {
		slot->state = SLOT_EMPTY;
	} else {
		slot->state = SLOT_TOMB;
		map->tombs++;
	}
	map->count--;
	return true;
}

bool u64map_next(const struct u64map *map, size_t *cursor, uint64_t *ret_key, uint64_t *ret_value)
{
	while (*cursor < map->capacity) {
		const struct u64map_slot *slot = &map->slots[(*cursor)++];
		if (slot->state != SLOT_FULL)
			continue;
		*ret_key = slot->key;
		*ret_value = slot->value;
		return true;
	}
	return false;
}
