/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the threads of a trace stand, what each waits for, and who can end that: read once. An edge
 * is certain: the thread that it leads to has to go on first. A wait without edges is for what
 * anybody may do, or for what nobody is known to hold.
 */
#ifndef ANALYZE_WAIT_GRAPH_H
#define ANALYZE_WAIT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>
#include <track/wire.h>

#define WAIT_NOBODY SIZE_MAX

/* Who has to go on, and why. */
enum wait_reason {
	WAIT_HOLDS,   /* the lock */
	WAIT_IS_NEXT, /* to get the lock: a writer before a reader */
	WAIT_ENDS,    /* its end is waited for */
	WAIT_RUNS,    /* what the program says that it waits for */
};

struct wait_edge {
	size_t to; /* thread of the graph; perhaps the one that waits */
	enum wait_reason reason;
	size_t held; /* WAIT_HOLDS: of the graph */
};

struct wait_held {
	uint64_t lock, since_ns; /* 0 not known */
	enum track_wait mode;
	int64_t stack_id, depth;
};

/* A call that a thread is inside of. */
struct wait_call {
	int64_t resource_id;
	bool closing;
	char *kind, *class_name; /* NULL unknown */
	uint64_t close_ns;	 /* closing: when it began */
	int64_t close_stack;
};

struct wait_thread {
	int64_t standing_id, process_id;
	int64_t thread_id; /* resource; 0 none */
	uint32_t tid;
	char *name; /* NULL none */
	bool is_first, is_ended;
	int64_t start; /* location of its first function; 0 unknown */
	int64_t birth_stack;
	char *start_name; /* that function; NULL unknown */
	uint64_t now_ns;
	enum track_wait wait; /* TRACK_WAIT_NONE: for nothing */
	bool timed;
	bool is_woken; /* its condition was signalled since: it may wait for its mutex by now */
	uint64_t subject, other;
	int64_t target_id;
	char *target_class, *target_address; /* of a descriptor; NULL unknown */
	int64_t closed_id; /* the descriptor, if it was closed under its wait; 0 */
	uint64_t closed_ns;
	uint32_t closed_tid;
	int64_t closed_stack;
	uint64_t since_ns; /* 0 not known */
	int64_t stack_id;
	char *told_kind, *told_class, *told_text; /* NULL none */
	uint64_t told_subject;
	int64_t told_id;
	uint32_t told_tid;	/* where its function runs, of a timer that fired; 0 none */
	uint64_t exit_begun_ns; /* it ends the process; 0 it does not */
	size_t first_held, held_count;
	size_t first_call, call_count; /* the innermost first */
	size_t first_edge, edge_count;
};

struct wait_process {
	int64_t id, parent_id;
	uint64_t start_ns;
	bool forked, ended_in_order, runs;
	bool has_running;    /* a thread waits for nothing, or nobody knows where it stands */
	bool is_closed;	     /* as hang_world.h says */
	bool by_handler;     /* a signal's handler might wake one: it waits for a semaphore, with no
				lock in hand */
	size_t first, count; /* threads */
};

struct wait_graph {
	struct trace *trace;
	struct wait_process *processes;
	size_t process_count;
	struct wait_thread *threads; /* by process */
	size_t thread_count;
	struct wait_held *held;
	size_t held_count;
	struct wait_call *calls;
	size_t call_count;
	struct wait_edge *edges;
	size_t edge_count;
};

/* 0 or -errno. */
int wait_graph_load(struct wait_graph *graph, struct trace *trace);
void wait_graph_finish(struct wait_graph *graph);

/* As in waits.def: "the mutex"; "mutex". */
const char *wait_text(enum track_wait wait);
const char *wait_name(enum track_wait wait);
/* Ends by whoever holds a lock. */
bool wait_is_for_lock(enum track_wait wait);
/* Ends by what comes from outside of the process. */
bool wait_is_from_outside(enum track_wait wait);

/* The outermost close that a thread is still in; NULL none. */
const struct wait_call *wait_closing(const struct wait_graph *graph, size_t thread);
/* The innermost callback, or what else runs, that a thread is inside of; NULL none. */
const struct wait_call *wait_callback(const struct wait_graph *graph, size_t thread);
/* 1 if the one belongs to the other, over however many steps; 0, -errno. */
int wait_belongs(const struct wait_graph *graph, int64_t resource_id, int64_t owner_id);
/* Of one pool: they run the same function, and are named or made alike. */
bool wait_is_alike(const struct wait_graph *graph, size_t left, size_t right);
const struct wait_process *wait_process_of(const struct wait_graph *graph, size_t thread);

#endif
