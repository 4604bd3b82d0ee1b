/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Survivors of one fate that keep each other, as parts: in a part everyone is kept by everyone
 * else, mostly it is one alone. A part that nobody outside keeps is a root; scopes do not count,
 * unless they are to be closed and are not.
 */
#ifndef ANALYZE_LEAK_GRAPH_H
#define ANALYZE_LEAK_GRAPH_H

#include "links.h"
#include "survivors.h"

struct leak_graph {
	const struct survivors *survivors;
	const struct links *links;
	size_t *members; /* part by part */
	size_t *first;	 /* of each part in members, and one more */
	size_t part_count;
};

/* Numbers the parts (survivor.part). survivors and links must outlive the graph. */
int leak_graph_build(struct leak_graph *graph, struct survivors *survivors,
		     const struct links *links);
void leak_graph_finish(struct leak_graph *graph);

/* Whether the link counts: both are judged, and of one fate. */
bool leak_graph_joins(const struct survivors *survivors, const struct link *link);
bool leak_graph_is_root(const struct leak_graph *graph, size_t part);
/* More than one, or one that keeps itself. */
bool leak_graph_is_circle(const struct leak_graph *graph, size_t part);

#endif
