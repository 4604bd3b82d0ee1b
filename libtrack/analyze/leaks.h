/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outlived what it belongs to, one leak per cause: of all that keep each other alive
 * the one that nobody keeps, and the rest as what it holds.
 */
#ifndef ANALYZE_LEAKS_H
#define ANALYZE_LEAKS_H

#include "fate.h"
#include "finding.h"
#include "leak_graph.h"

struct leak {
	enum rule rule;
	size_t head;		       /* what the finding is about */
	size_t root;		       /* what keeps it, and nobody keeps; may be the head */
	bool circle;		       /* those of the root's part hold each other */
	size_t first_held, held_count; /* in held: all that the root keeps, with itself */
};

/* A root, and what it outlived. */
struct leak_part {
	size_t outlived, part;
};

/* What stays with a head, a list of them; SURVIVOR_NONE ends it. */
struct leak_with {
	size_t first, last; /* of a head */
	size_t next;	    /* of one that stays */
	bool is_head;	    /* of a family */
};

struct leaks {
	struct trace *trace;
	struct culprits *culprits;
	struct survivors survivors;
	struct links links;
	struct leak_graph graph;
	uint64_t grace_ns;
	const struct u64map *hung_since; /* processes -> since when nothing more could end there */
	struct leak *items;		 /* the gravest first */
	size_t count;
	size_t capacity;
	size_t *held;
	size_t held_count;
	bool *taken;		       /* told already, as part of a leak */
	struct leak_part *by_outlived; /* all parts */
	struct leak_with *with;	       /* one for each survivor */
};

int leaks_load(struct leaks *leaks, struct trace *trace, struct culprits *culprits);
void leaks_finish(struct leaks *leaks);

static inline const struct survivor *leaks_at(const struct leaks *leaks, size_t index)
{
	return &leaks->survivors.items[index];
}

enum state leak_state(const struct leaks *leaks, const struct leak *leak);
/* While they are made: one more; and all that a part keeps, and nobody told yet, at the end of
 * held. */
int leaks_add(struct leaks *leaks, const struct leak *leak);
void leaks_take(struct leaks *leaks, size_t part);
/* The leak whose head this resource is; NULL: none. */
const struct leak *leaks_find(const struct leaks *leaks, int64_t resource_id);
/* Whether a leak explains this resource, so that it is counted nowhere else. */
bool leaks_explain(const struct leaks *leaks, int64_t resource_id);
/* Whether nothing is known of it but that it is alive: it has neither owner nor holder. */
bool leaks_is_plain(const struct leaks *leaks, int64_t resource_id);

#endif
