/* SPDX-License-Identifier: Apache-2.0 */
#include "sites.h"

#include <base/fnv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

void sites_finish(struct sites *sites)
{
	free(sites->items);
	free(sites->frames);
	free(sites->stacks);
	u64map_finish(&sites->by_hash);
	u64map_finish(&sites->stack_by_hash);
	*sites = (struct sites){0};
}

int sites_add(struct sites *sites, const struct site *site, uint32_t *ret_index)
{
	uint64_t hash = fnv_bytes(FNV_START, site, sizeof(*site));
	const uint64_t *known = u64map_get(&sites->by_hash, hash);
	int error;

	if (known != NULL && memcmp(&sites->items[*known], site, sizeof(*site)) == 0) {
		*ret_index = (uint32_t)*known;
		return 0;
	}
	error = array_grow((void **)&sites->items, sites->count, &sites->capacity,
			   sizeof(*sites->items));
	if (error == 0)
		error = u64map_put(&sites->by_hash, hash, sites->count);
	if (error != 0)
		return error;
	sites->items[sites->count] = *site;
	*ret_index = (uint32_t)sites->count++;
	return 0;
}

static bool is_stack(const struct sites *sites, uint64_t index, const uint32_t *frames,
		     uint32_t depth)
{
	const struct site_stack *stack = &sites->stacks[index];

	return stack->depth == depth &&
	       memcmp(&sites->frames[stack->first], frames, depth * sizeof(*frames)) == 0;
}

static int append_frames(struct sites *sites, const uint32_t *frames, uint32_t depth)
{
	int error = 0;

	for (uint32_t i = 0; i < depth && error == 0; i++) {
		error = array_grow((void **)&sites->frames, sites->frame_count,
				   &sites->frame_capacity, sizeof(*sites->frames));
		if (error == 0)
			sites->frames[sites->frame_count++] = frames[i];
	}
	return error;
}

int sites_add_stack(struct sites *sites, const uint32_t *frames, uint32_t depth, uint32_t *ret_id)
{
	uint64_t hash = fnv_bytes(FNV_START, frames, depth * sizeof(*frames));
	const uint64_t *known = u64map_get(&sites->stack_by_hash, hash);
	struct site_stack stack = {.first = sites->frame_count, .depth = depth};
	int error;

	if (depth == 0 || (known != NULL && is_stack(sites, *known, frames, depth))) {
		*ret_id = depth == 0 ? 0 : (uint32_t)*known + 1;
		return 0;
	}
	error = array_grow((void **)&sites->stacks, sites->stack_count, &sites->stack_capacity,
			   sizeof(*sites->stacks));
	if (error == 0)
		error = append_frames(sites, frames, depth);
	if (error == 0)
		error = u64map_put(&sites->stack_by_hash, hash, sites->stack_count);
	if (error != 0)
		return error;
	sites->stacks[sites->stack_count++] = stack;
	*ret_id = (uint32_t)sites->stack_count;
	return 0;
}
