/* SPDX-License-Identifier: Apache-2.0 */
/* Address ranges that may nest and overlap, and which of them covers an address best. */
#ifndef SYMBOL_RANGES_H
#define SYMBOL_RANGES_H

#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t start;
	uint64_t end;	/* last + 1 */
	uint64_t reach; /* the highest end up to here in the order; set by ranges_sort */
	uint64_t value;
};

/* Zeroed: empty. */
struct ranges {
	struct range *items;
	size_t count;
	size_t capacity;
};

void ranges_finish(struct ranges *ranges);
/* Empty ranges are dropped. -ENOMEM. */
int ranges_add(struct ranges *ranges, uint64_t start, uint64_t end, uint64_t value);
/* After the last add, before the first find. */
void ranges_sort(struct ranges *ranges);
/*
 * The covering range that starts last; of those the shortest; of those the one with
 * the highest value. NULL if none covers the address.
 */
const struct range *ranges_find(const struct ranges *ranges, uint64_t address);

#endif
