/* SPDX-License-Identifier: Apache-2.0 */
/* The places that a log names, and the stacks made of them. Each is kept once, as a rule. */
#ifndef IMPORT_SITES_H
#define IMPORT_SITES_H

#include <base/u64map.h>
#include <stddef.h>
#include <stdint.h>

enum { SITE_DEPTH_MAX = 64 }; /* frames of a stack; what is further out is left out */

/* Words; 0: unknown. */
struct site {
	uint32_t module; /* 0: the program */
	uint32_t function, file;
	uint32_t line;
};

struct site_stack {
	size_t first; /* in frames */
	uint32_t depth;
};

struct sites {
	struct site *items;
	size_t count, capacity;
	struct u64map by_hash;
	uint32_t *frames; /* indices of items, innermost first */
	size_t frame_count, frame_capacity;
	struct site_stack *stacks;
	size_t stack_count, stack_capacity;
	struct u64map stack_by_hash;
};

/* A zeroed struct is empty. */
void sites_finish(struct sites *sites);
/* -ENOMEM, -EFBIG. */
int sites_add(struct sites *sites, const struct site *site, uint32_t *ret_index);
/* depth is at most SITE_DEPTH_MAX. The id is 0 of an empty stack, else its index and one. */
int sites_add_stack(struct sites *sites, const uint32_t *frames, uint32_t depth, uint32_t *ret_id);

#endif
