/* SPDX-License-Identifier: Apache-2.0 */
#include "leak_graph.h"

#include <errno.h>
#include <stdlib.h>

#include "fate.h"

/* Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion. */
struct search {
	struct leak_graph *graph;
	struct survivors *survivors;
	size_t *number; /* in the order of discovery, from 1; 0: not seen */
	size_t *low;
	size_t *next;  /* the link that is looked at next */
	size_t *open;  /* seen, and of no part yet */
	size_t *calls; /* the path from the start */
	bool *is_open;
	size_t seen, open_count, call_count;
	size_t member_count;
};

bool leak_graph_joins(const struct survivors *survivors, const struct link *link)
{
	const struct survivor *kept = &survivors->items[link->kept];

	return kept->fate > FATE_FINE && kept->fate == survivors->items[link->keeper].fate;
}

static void enter(struct search *search, size_t survivor)
{
	search->number[survivor] = search->low[survivor] = ++search->seen;
	search->next[survivor] = search->graph->links->first_up[survivor];
	search->open[search->open_count++] = survivor;
	search->is_open[survivor] = true;
	search->calls[search->call_count++] = survivor;
}

/* All that was opened since the first of a part belongs to it. */
static void close_part(struct search *search, size_t first)
{
	struct leak_graph *graph = search->graph;
	size_t survivor;

	do {
		survivor = search->open[--search->open_count];
		search->is_open[survivor] = false;
		search->survivors->items[survivor].part = graph->part_count;
		graph->members[search->member_count++] = survivor;
	} while (survivor != first);
	graph->first[++graph->part_count] = search->member_count;
}

static void leave(struct search *search)
{
	size_t survivor = search->calls[--search->call_count];
	size_t caller = search->call_count > 0 ? search->calls[search->call_count - 1] : survivor;

	if (search->low[survivor] == search->number[survivor])
		close_part(search, survivor);
	if (search->low[survivor] < search->low[caller])
		search->low[caller] = search->low[survivor];
}

static void step(struct search *search)
{
	const struct links *links = search->graph->links;
	size_t survivor = search->calls[search->call_count - 1];
	const struct link *link = &links->up[search->next[survivor]];

	if (search->next[survivor] == links->first_up[survivor + 1]) {
		leave(search);
		return;
	}
	search->next[survivor]++;
	if (!leak_graph_joins(search->survivors, link))
		return;
	if (search->number[link->keeper] == 0)
		enter(search, link->keeper);
	else if (search->is_open[link->keeper] &&
		 search->number[link->keeper] < search->low[survivor])
		search->low[survivor] = search->number[link->keeper];
}

static void search_all(struct search *search)
{
	for (size_t i = 0; i < search->survivors->count; i++) {
		if (search->survivors->items[i].fate <= FATE_FINE || search->number[i] != 0)
			continue;
		enter(search, i);
		while (search->call_count > 0)
			step(search);
	}
}

int leak_graph_build(struct leak_graph *graph, struct survivors *survivors,
		     const struct links *links)
{
	size_t room = survivors->count + 1;
	struct search search = {
		.graph = graph,
		.survivors = survivors,
		.number = calloc(room, sizeof(size_t)),
		.low = calloc(room, sizeof(size_t)),
		.next = calloc(room, sizeof(size_t)),
		.open = calloc(room, sizeof(size_t)),
		.calls = calloc(room, sizeof(size_t)),
		.is_open = calloc(room, sizeof(bool)),
	};
	int error = -ENOMEM;

	*graph = (struct leak_graph){
		.survivors = survivors,
		.links = links,
		.members = calloc(room, sizeof(size_t)),
		.first = calloc(room + 1, sizeof(size_t)),
	};
	if (search.number == NULL || search.low == NULL || search.next == NULL ||
	    search.open == NULL || search.calls == NULL || search.is_open == NULL ||
	    graph->members == NULL || graph->first == NULL)
		goto out;
	search_all(&search);
	error = 0;
out:
	free(search.is_open);
	free(search.calls);
	free(search.open);
	free(search.next);
	free(search.low);
	free(search.number);
	return error;
}

void leak_graph_finish(struct leak_graph *graph)
{
	free(graph->members);
	free(graph->first);
	*graph = (struct leak_graph){0};
}

static bool is_kept_inside(const struct leak_graph *graph, size_t part)
{
	const struct survivor *items = graph->survivors->items;
	const struct links *links = graph->links;

	for (size_t i = graph->first[part]; i < graph->first[part + 1]; i++) {
		size_t member = graph->members[i];

		for (size_t j = links->first_up[member]; j < links->first_up[member + 1]; j++)
			if (leak_graph_joins(graph->survivors, &links->up[j]) &&
			    items[links->up[j].keeper].part == part)
				return true;
	}
	return false;
}

static bool is_mere_scope(const struct leak_graph *graph, size_t part, unsigned depth);

/* By something else than scopes that keep nothing themselves. */
static bool is_kept_outside(const struct leak_graph *graph, size_t member, unsigned depth)
{
	const struct survivor *items = graph->survivors->items;
	const struct links *links = graph->links;

	for (size_t i = links->first_up[member]; i < links->first_up[member + 1]; i++) {
		size_t keeper = links->up[i].keeper;

		if (leak_graph_joins(graph->survivors, &links->up[i]) &&
		    items[keeper].part != items[member].part &&
		    !is_mere_scope(graph, items[keeper].part, depth + 1))
			return true;
	}
	return false;
}

/* A scope alone keeps nothing alive: it is closed, or there is nothing to close, and nobody has it.
 */
static bool is_mere_scope(const struct leak_graph *graph, size_t part, unsigned depth)
{
	size_t member = graph->members[graph->first[part]];
	const struct survivor *first = &graph->survivors->items[member];

	return first->kind == TRACK_KIND_SCOPE && !survivor_is_unclosed(first) &&
	       graph->first[part + 1] - graph->first[part] == 1 && !is_kept_inside(graph, part) &&
	       (depth == SURVIVOR_OWNERS_MAX || !is_kept_outside(graph, member, depth));
}

bool leak_graph_is_root(const struct leak_graph *graph, size_t part)
{
	for (size_t i = graph->first[part]; i < graph->first[part + 1]; i++)
		if (is_kept_outside(graph, graph->members[i], 0))
			return false;
	return !is_mere_scope(graph, part, 0);
}

bool leak_graph_is_circle(const struct leak_graph *graph, size_t part)
{
	return is_kept_inside(graph, part);
}
