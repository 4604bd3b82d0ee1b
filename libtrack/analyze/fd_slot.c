/* SPDX-License-Identifier: Apache-2.0 */
#include "fd_slot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SLOTS = 32 };

static void finish_slots(struct fd_slot *slots, size_t count)
{
	for (size_t i = 0; i < count; i++)
		life_finish(&slots[i].life);
	free(slots);
}

void fds_finish(struct fds *fds)
{
	size_t cursor = 0;
	uint64_t number, value;

	for (size_t i = 0; i < fds->chunk_count; i++)
		if (fds->chunks[i] != NULL)
			finish_slots(fds->chunks[i], CHUNK_SLOTS);
	free(fds->chunks);
	while (u64map_next(&fds->far, &cursor, &number, &value))
		finish_slots((struct fd_slot *)(uintptr_t)value, 1);
	u64map_finish(&fds->far);
	*fds = (struct fds){0};
}

struct fd_slot *fds_find(const struct fds *fds, uint64_t number)
{
	size_t chunk = number / CHUNK_SLOTS;
	const uint64_t *far;

	if (number < TRACK_USAGE_MAX)
		return chunk < fds->chunk_count && fds->chunks[chunk] != NULL
			       ? &fds->chunks[chunk][number % CHUNK_SLOTS]
			       : NULL;
	far = u64map_get(&fds->far, number);
	return far != NULL ? (struct fd_slot *)(uintptr_t)*far : NULL;
}

static int make_far(struct fds *fds, uint64_t number)
{
	struct fd_slot *slot = calloc(1, sizeof(*slot));
	int error = slot == NULL ? -ENOMEM : u64map_put(&fds->far, number, (uintptr_t)slot);

	if (error != 0)
		free(slot);
	return error;
}

static int make_chunk(struct fds *fds, size_t chunk)
{
	size_t count = fds->chunk_count != 0 ? fds->chunk_count : 8;
	struct fd_slot **chunks;

	while (count <= chunk)
		count *= 2;
	if (count > fds->chunk_count) {
		chunks = realloc(fds->chunks, count * sizeof(struct fd_slot *));
		if (chunks == NULL)
			return -ENOMEM;
		memset(chunks + fds->chunk_count, 0,
		       (count - fds->chunk_count) * sizeof(struct fd_slot *));
		fds->chunks = chunks;
		fds->chunk_count = count;
	}
	fds->chunks[chunk] = calloc(CHUNK_SLOTS, sizeof(struct fd_slot));
	return fds->chunks[chunk] != NULL ? 0 : -ENOMEM;
}

int fds_get(struct fds *fds, uint64_t number, struct fd_slot **ret_slot)
{
	struct fd_slot *slot = fds_find(fds, number);
	int error;

	if (slot == NULL) {
		error = number < TRACK_USAGE_MAX ? make_chunk(fds, number / CHUNK_SLOTS)
						 : make_far(fds, number);
		if (error != 0)
			return error;
		slot = fds_find(fds, number);
	}
	*ret_slot = slot;
	return 0;
}

struct fd_slot *fds_next(const struct fds *fds, struct fds_cursor *cursor)
{
	uint64_t number, value;

	while (cursor->next < fds->chunk_count * CHUNK_SLOTS) {
		struct fd_slot *chunk = fds->chunks[cursor->next / CHUNK_SLOTS];

		if (chunk != NULL)
			return &chunk[cursor->next++ % CHUNK_SLOTS];
		cursor->next += CHUNK_SLOTS;
	}
	if (!u64map_next(&fds->far, &cursor->far, &number, &value))
		return NULL;
	return (struct fd_slot *)(uintptr_t)value;
}
