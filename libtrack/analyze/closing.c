/* SPDX-License-Identifier: Apache-2.0 */
#include "closing.h"

#include <errno.h>
#include <stdlib.h>

#include "fate.h"

/* From a scope down to what belongs to it. */
struct search {
	struct survivors *survivors;
	const struct links *links;
	size_t scope;
	size_t *queue;
	size_t count;
	size_t *seen_by; /* the scope whose search came to it last, and one */
};

bool survivor_is_closing(const struct survivor *survivor)
{
	return survivor->kind == TRACK_KIND_SCOPE && survivor->close_ns != 0 &&
	       survivor->closed_ns == 0 && (survivor->traits & SURVIVOR_REFUSED) == 0;
}

static struct survivor *at(const struct search *search, size_t index)
{
	return &search->survivors->items[index];
}

static bool is_seen(const struct search *search, size_t index)
{
	return search->seen_by[index] == search->scope + 1;
}

static void see(struct search *search, size_t index)
{
	if (is_seen(search, index))
		return;
	search->seen_by[index] = search->scope + 1;
	search->queue[search->count++] = index;
}

/* Told as unclosed, with the scope that it is in; of two that wait for each other the younger. */
static bool is_in_another(const struct search *search, size_t index)
{
	size_t scope = index;

	if (at(search, index)->unclosed != SURVIVOR_NONE)
		scope = at(search, index)->unclosed;
	return scope != search->scope && at(search, scope)->fate == FATE_FINE &&
	       survivor_is_unclosed(at(search, scope)) &&
	       (!survivor_is_closing(at(search, scope)) || scope > search->scope);
}

/*
 * What belongs to nobody may be everybody's, a loop: that a leak keeps it too is no reason for a
 * close to wait.
 */
static void ask_keeper(struct search *search, size_t index)
{
	struct survivor *scope = at(search, search->scope);
	const struct survivor *keeper = at(search, index);
	bool is_owned = keeper->owner != SURVIVOR_NONE;

	scope->excused |= (is_owned && keeper->fate == FATE_LEAKED) || is_in_another(search, index);
	scope->undecided |= is_owned && keeper->fate == FATE_RECHECK;
}

static void search_from(struct search *search, size_t scope)
{
	const struct links *links = search->links;

	search->scope = scope;
	search->count = 0;
	see(search, scope);
	for (size_t i = 0; i < search->count; i++) {
		size_t owner = search->queue[i];

		for (size_t j = links->first_down[owner]; j < links->first_down[owner + 1]; j++)
			if (links->down[j].owns)
				see(search, links->down[j].kept);
	}
	for (size_t i = 0; i < search->count; i++) {
		size_t kept = search->queue[i];

		for (size_t j = links->first_up[kept]; j < links->first_up[kept + 1]; j++)
			if (!links->up[j].owns && !is_seen(search, links->up[j].keeper))
				ask_keeper(search, links->up[j].keeper);
	}
}

int closings_judge(struct survivors *survivors, const struct links *links, uint64_t grace_ns)
{
	struct search search = {
		.survivors = survivors,
		.links = links,
		.queue = calloc(survivors->count + 1, sizeof(size_t)),
		.seen_by = calloc(survivors->count + 1, sizeof(size_t)),
	};
	int error = search.queue != NULL && search.seen_by != NULL ? 0 : -ENOMEM;

	for (size_t i = 0; i < survivors->count && error == 0; i++) {
		struct survivor *scope = &survivors->items[i];

		/* One inside of another is told with that, which asks for what is in both. */
		if (!survivor_is_closing(scope) || !survivor_is_unclosed(scope) ||
		    scope->unclosed != SURVIVOR_NONE)
			continue;
		/* Who hears of the close's end from within may well exit there, content. */
		scope->undecided = scope->close_ns + grace_ns > scope->end_ns ||
				   ((scope->traits & SURVIVOR_LEFT) != 0 && !scope->failed);
		search_from(&search, i);
	}
	free(search.queue);
	free(search.seen_by);
	return error;
}
