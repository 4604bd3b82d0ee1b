/* SPDX-License-Identifier: Apache-2.0 */
#include "merge.h"

#include <errno.h>
#include <stdlib.h>

struct merge_run {
	uint64_t time_ns; /* of keys[next] */
	struct merge_key *keys;
	uint32_t next;
	uint32_t count;
	uint32_t source;
	uint32_t rank;
};

void merge_finish(struct merge *merge)
{
	for (size_t i = 0; i < merge->count; i++)
		free(merge->runs[i].keys);
	free(merge->runs);
	*merge = (struct merge){0};
}

static bool run_before(const struct merge_run *a, const struct merge_run *b)
{
	return a->time_ns < b->time_ns || (a->time_ns == b->time_ns && a->rank < b->rank);
}

static void sift_up(struct merge *merge, size_t at)
{
	struct merge_run run = merge->runs[at];
	for (; at; at = (at - 1) / 2) {
		struct merge_run *parent = &merge->runs[(at - 1) / 2];
		if (!run_before(&run, parent))
			break;
		merge->runs[at] = *parent;
	}
	merge->runs[at] = run;
}

static void sift_down(struct merge *merge)
{
	struct merge_run run = merge->runs[0];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= merge->count)
			break;
		if (child + 1 < merge->count &&
		    run_before(&merge->runs[child + 1], &merge->runs[child]))
			child++;
		if (!run_before(&merge->runs[child], &run))
			break;
		merge->runs[at] = merge->runs[child];
		at = child;
	}
	if (at)
		merge->runs[at] = run;
}

static int compare_keys(const void *left, const void *right)
{
	const struct merge_key *a = left, *b = right;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* A thread's records are in order but for those of its signal handlers. */
static void sort_keys(struct merge_key *keys, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (keys[i].time_ns < keys[i - 1].time_ns) {
			qsort(keys, count, sizeof(*keys), compare_keys);
			return;
		}
	}
}

static int make_room(struct merge *merge)
{
	if (merge->count < merge->capacity)
		return 0;
	size_t capacity = merge->capacity ? 2 * merge->capacity : 16;
	struct merge_run *runs = reallocarray(merge->runs, capacity, sizeof(*runs));
	if (!runs)
		return -ENOMEM;
	merge->runs = runs;
	merge->capacity = capacity;
	return 0;
}

int merge_add(struct merge *merge, uint32_t source, struct merge_key *keys, size_t count)
{
	int ret = make_room(merge);
	if (ret)
		return ret;
	sort_keys(keys, count);
	merge->runs[merge->count] = (struct merge_run){
		.time_ns = keys[0].time_ns,
		.keys = keys,
		.count = (uint32_t)count,
		.source = source,
		.rank = merge->added++,
	};
	sift_up(merge, merge->count++);
	return 0;
}

bool merge_peek(const struct merge *merge, uint64_t *ret_time_ns)
{
	if (!merge->count)
		return false;
	*ret_time_ns = merge->runs[0].time_ns;
	return true;
}

bool merge_take(struct merge *merge, uint32_t *ret_source, struct merge_key *ret_key)
{
	if (!merge->count)
		return false;
	struct merge_run *first = &merge->runs[0];
	*ret_source = first->source;
	*ret_key = first->keys[first->next];
	if (++first->next < first->count) {
		first->time_ns = first->keys[first->next].time_ns;
	} else {
		free(first->keys);
		*first = merge->runs[--merge->count];
	}
	if (merge->count > 1)
		sift_down(merge);
	return true;
}
