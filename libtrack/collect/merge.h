/* SPDX-License-Identifier: Apache-2.0 */
/* Merges runs of times into one order: a heap with one entry per run. */
#ifndef COLLECT_MERGE_H
#define COLLECT_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct merge_key {
	uint64_t time_ns;
	uint32_t offset; /* the caller's */
	uint32_t tid;	 /* the same */
};

struct merge_run;

/* Zeroed is empty. */
struct merge {
	struct merge_run *runs; /* a heap: the earliest first */
	size_t count;
	size_t capacity;
	uint32_t added;
};

void merge_finish(struct merge *merge);
/*
 * Add a run of one key or more, from malloc, which is taken over on success and sorted if it must
 * be. Equal times keep their order inside a run, and the run that was added first goes first.
 * -ENOMEM.
 */
int merge_add(struct merge *merge, uint32_t source, struct merge_key *keys, size_t count);
/* The earliest time; false if empty. */
bool merge_peek(const struct merge *merge, uint64_t *ret_time_ns);
/* Take the earliest; false if empty. */
bool merge_take(struct merge *merge, uint32_t *ret_source, struct merge_key *ret_key);

#endif
