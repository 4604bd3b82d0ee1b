/* SPDX-License-Identifier: Apache-2.0 */
#include "links.h"

#include <errno.h>
#include <stdlib.h>

static int by_kept(const void *left, const void *right)
{
	const struct link *a = left, *b = right;

	if (a->kept != b->kept)
		return a->kept < b->kept ? -1 : 1;
	return (a->keeper > b->keeper) - (a->keeper < b->keeper);
}

static int by_keeper(const void *left, const void *right)
{
	const struct link *a = left, *b = right;

	if (a->keeper != b->keeper)
		return a->keeper < b->keeper ? -1 : 1;
	return (a->kept > b->kept) - (a->kept < b->kept);
}

static void add(struct links *links, size_t kept, size_t keeper, bool owns)
{
	struct link link = {.kept = kept, .keeper = keeper, .owns = owns};

	links->up[links->count] = link;
	links->down[links->count++] = link;
}

static void collect(struct links *links, const struct survivors *survivors)
{
	for (size_t i = 0; i < survivors->count; i++) {
		size_t owner = survivors->items[i].owner;

		if (survivor_is_alive(&survivors->items[i]) && owner != SURVIVOR_NONE &&
		    survivor_is_alive(&survivors->items[owner]))
			add(links, i, owner, true);
	}
	for (size_t i = 0; i < survivors->reference_count; i++) {
		const struct survivor_reference *reference = &survivors->references[i];

		/* Whoever can wake a task does not keep it alive. */
		if (!reference->waker && reference->holder != SURVIVOR_NONE &&
		    survivor_is_alive(&survivors->items[reference->about]) &&
		    survivor_is_alive(&survivors->items[reference->holder]))
			add(links, reference->about, reference->holder, false);
	}
}

static void index_links(struct links *links, size_t survivor_count)
{
	size_t up = 0, down = 0;

	qsort(links->up, links->count, sizeof(*links->up), by_kept);
	qsort(links->down, links->count, sizeof(*links->down), by_keeper);
	for (size_t i = 0; i <= survivor_count; i++) {
		while (up < links->count && links->up[up].kept < i)
			up++;
		while (down < links->count && links->down[down].keeper < i)
			down++;
		links->first_up[i] = up;
		links->first_down[i] = down;
	}
}

int links_build(struct links *links, const struct survivors *survivors)
{
	size_t most = survivors->count + survivors->reference_count + 1;

	links->up = calloc(most, sizeof(*links->up));
	links->down = calloc(most, sizeof(*links->down));
	links->first_up = calloc(survivors->count + 1, sizeof(size_t));
	links->first_down = calloc(survivors->count + 1, sizeof(size_t));
	if (links->up == NULL || links->down == NULL || links->first_up == NULL ||
	    links->first_down == NULL)
		return -ENOMEM;
	collect(links, survivors);
	index_links(links, survivors->count);
	return 0;
}

void links_finish(struct links *links)
{
	free(links->up);
	free(links->down);
	free(links->first_up);
	free(links->first_down);
	*links = (struct links){0};
}
