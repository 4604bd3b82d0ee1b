/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that will not go on. A circle of certain waits is one however young it is; a dead end
 * only if all waits of its chain have lasted hang_after, none ends by itself, and its head should
 * have gone on: it is in a scope's close, ends the program, or waits for a lock;
 * or nobody of its process is left who could end anything (hang_world.h).
 */
#ifndef ANALYZE_HANG_H
#define ANALYZE_HANG_H

#include "wait_graph.h"

enum hang_shape {
	HANG_CIRCLE,	  /* the last of the chain waits for the first */
	HANG_OPEN,	  /* the last waits for what anybody may do, and nobody does */
	HANG_HOLDER_GONE, /* for a lock that an ended thread has; it is `gone` */
	HANG_HOLDER_RUNS, /* the program's end, for a lock that a thread has had for long; it is
			     `gone` */
	HANG_NO_HOLDER,	  /* for a lock that nobody here is known to hold */
	HANG_NOT_FORKED,  /* the same, in a child that has but the thread that forked it */
};

enum { HANG_CHAIN_MAX = 16 };

struct hang {
	enum hang_shape shape;
	size_t chain[HANG_CHAIN_MAX]; /* threads of the graph; of a long one the first */
	size_t edges[HANG_CHAIN_MAX]; /* of the graph: from each to the next; not of the last one
					 of a dead end */
	size_t count;
	size_t gone;	/* HANG_HOLDER_GONE, HANG_HOLDER_RUNS: thread of the graph */
	size_t waiting; /* others that wait for a thread of it */
	size_t closer;	/* one of these that closes or ends the program, or WAIT_NOBODY */
};

struct hangs {
	struct wait_graph graph;
	uint64_t hang_after_ns;
	struct hang *items;
	size_t count;
	size_t *told_by; /* of each thread: its hang, and one; 0 none */
};

/* 5 s, unless the trace says otherwise; 0: none is looked for. */
#define HANG_AFTER_NS 5000000000ull

int hangs_find(struct hangs *hangs, struct trace *trace);
void hangs_finish(struct hangs *hangs);

static inline const struct wait_thread *hang_thread(const struct hangs *hangs, size_t thread)
{
	return &hangs->graph.threads[thread];
}

/* Whether it waits, untimed, for as long as hang_after. */
bool hang_is_old(const struct hangs *hangs, size_t thread);
/* The close that a thread has been in for so long; NULL: none. */
const struct wait_call *hang_closing(const struct hangs *hangs, size_t thread);
/* Whether it has been ending the program for so long. */
bool hang_is_exit(const struct hangs *hangs, size_t thread);
/* Whether it is in a close, or ends the program, for so long. */
bool hang_is_closing(const struct hangs *hangs, size_t thread);
/* When the first of its threads began to wait. */
uint64_t hang_begun_ns(const struct hangs *hangs, const struct hang *hang);

#endif
