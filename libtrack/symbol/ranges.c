/* SPDX-License-Identifier: Apache-2.0 */
#include "ranges.h"

#include <errno.h>
#include <stdlib.h>

#define CAPACITY_MIN 16

void ranges_finish(struct ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct ranges){0};
}

int ranges_add(struct ranges *ranges, uint64_t start, uint64_t end, uint64_t value)
{
	if (end <= start)
		return 0;
	if (ranges->count == ranges->capacity) {
		size_t capacity = ranges->capacity ? ranges->capacity * 2 : CAPACITY_MIN;
		struct range *items = reallocarray(ranges->items, capacity, sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		ranges->items = items;
		ranges->capacity = capacity;
	}
	ranges->items[ranges->count++] = (struct range){.start = start, .end = end, .value = value};
	return 0;
}

/* Better ranges come later: ranges_find looks backwards. */
static int compare(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

void ranges_sort(struct ranges *ranges)
{
	uint64_t reach = 0;

	if (ranges->count == 0)
		return;
	qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare);
	for (size_t i = 0; i < ranges->count; i++) {
		if (ranges->items[i].end > reach)
			reach = ranges->items[i].end;
		ranges->items[i].reach = reach;
	}
}

const struct range *ranges_find(const struct ranges *ranges, uint64_t address)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ranges->items[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i > 0 && ranges->items[i - 1].reach > address; i--)
		if (ranges->items[i - 1].end > address)
			return &ranges->items[i - 1];
	return NULL;
}
