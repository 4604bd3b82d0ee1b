/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 16

int unwind_space_create(struct unwinder *unwinder, struct unwind_space **ret_space)
{
	struct unwind_space *space = calloc(1, sizeof(*space));

	if (space == NULL)
		return -ENOMEM;
	space->unwinder = unwinder;
	*ret_space = space;
	return 0;
}

int unwind_space_clone(const struct unwind_space *space, struct unwind_space **ret_space)
{
	struct unwind_space *clone;
	int error = unwind_space_create(space->unwinder, &clone);

	if (error < 0)
		return error;
	if (space->count > 0) {
		clone->mappings = calloc(space->count, sizeof(*clone->mappings));
		if (clone->mappings == NULL) {
			free(clone);
			return -ENOMEM;
		}
		clone->capacity = space->count;
	}
	for (; clone->count < space->count; clone->count++) {
		clone->mappings[clone->count] = space->mappings[clone->count];
		unwind_file_use(clone->mappings[clone->count].file);
	}
	*ret_space = clone;
	return 0;
}

void unwind_space_destroy(struct unwind_space *space)
{
	if (space == NULL)
		return;
	for (size_t i = 0; i < space->count; i++)
		unwind_file_close(space->mappings[i].file);
	free(space->mappings);
	free(space);
}

/* The first mapping that ends above an address. */
static size_t first_above(const struct unwind_space *space, uint64_t address)
{
	size_t low = 0, high = space->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (space->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct unwind_mapping *unwind_space_find(const struct unwind_space *space, uint64_t address)
{
	size_t i = first_above(space, address);

	if (i == space->count || space->mappings[i].start > address)
		return NULL;
	return &space->mappings[i];
}

/* There is room for one more than before. */
static int reserve(struct unwind_space *space)
{
	if (space->count < space->capacity)
		return 0;
	size_t capacity = space->capacity ? space->capacity * 2 : CAPACITY_FIRST;
	struct unwind_mapping *grown =
		reallocarray(space->mappings, capacity, sizeof(*space->mappings));
	if (grown == NULL)
		return -ENOMEM;
	space->mappings = grown;
	space->capacity = capacity;
	return 0;
}

static void insert(struct unwind_space *space, size_t at, const struct unwind_mapping *mapping)
{
	memmove(&space->mappings[at + 1], &space->mappings[at],
		(space->count - at) * sizeof(*space->mappings));
	space->mappings[at] = *mapping;
	space->count++;
}

/* Leaves the parts of a mapping that lie outside of a range. Room is reserved. */
static void cut(struct unwind_space *space, size_t at, uint64_t start, uint64_t end)
{
	struct unwind_mapping *mapping = &space->mappings[at];
	struct unwind_mapping above = *mapping;

	above.start = end;
	above.offset += end - mapping->start;
	if (mapping->start < start) {
		mapping->end = start;
		if (above.start < above.end) {
			unwind_file_use(above.file);
			insert(space, at + 1, &above);
		}
	} else if (above.start < above.end) {
		*mapping = above;
	} else {
		unwind_file_close(mapping->file);
		space->count--;
		memmove(mapping, mapping + 1, (space->count - at) * sizeof(*mapping));
	}
}

int unwind_space_unmap(struct unwind_space *space, uint64_t start, uint64_t end)
{
	if (start >= end)
		return -EINVAL;
	int error = reserve(space);
	if (error < 0)
		return error;
	size_t at = first_above(space, start);
	while (at < space->count && space->mappings[at].start < end) {
		bool keeps_low = space->mappings[at].start < start;
		cut(space, at, start, end);
		at += keeps_low;
	}
	return 0;
}

int unwind_space_map(struct unwind_space *space, uint64_t start, uint64_t end, uint64_t offset,
		     const char *path)
{
	struct unwind_mapping mapping = {.start = start, .end = end, .offset = offset};
	int error = unwind_space_unmap(space, start, end);

	if (error == 0)
		error = reserve(space);
	if (error < 0)
		return error;
	if (path != NULL)
		error = unwind_file_open(space->unwinder, path, &mapping.file);
	insert(space, first_above(space, start), &mapping);
	return error;
}
