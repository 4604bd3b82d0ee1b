/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is alive when its process is over, with what it belongs to and who refers
 * to it: read once, for the rules about what outlives its scope.
 */
#ifndef ANALYZE_SURVIVORS_H
#define ANALYZE_SURVIVORS_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>
#include <track/wire.h>

#define SURVIVOR_NONE SIZE_MAX
#define SURVIVOR_OWNERS_MAX 64 /* one above the other, as lifetimes tell of */

/* What there is against one, rising. */
enum fate {
	FATE_OPEN, /* not known yet */
	FATE_FINE, /* belongs to what is still open, or is meant to stay */
	FATE_AT_EXIT,
	FATE_RECHECK,
	FATE_SUSPECT,
	FATE_LEAKED,
};

/*
 * Beside enum track_trait. LEFT: the thread that closed it ended the process, perhaps from in
 * there. REFUSED: the last call to close it failed.
 */
enum { SURVIVOR_LEFT = 1 << 16, SURVIVOR_REFUSED = 1 << 17 };

struct survivor {
	int64_t id, process_id;
	enum track_kind kind;
	char *class_name;
	char *name; /* NULL none */
	uint64_t subject;
	int64_t birth_stack, death_stack;
	uint64_t birth_ns;
	uint64_t over_ns;   /* when it ended; 0: alive, or a thread nobody joined */
	uint64_t end_ns;    /* of its process, or of what was seen of it */
	uint64_t judged_ns; /* until when it could have ended */
	size_t owner, hint; /* others of the list, or SURVIVOR_NONE */
	unsigned traits;    /* enum track_trait, SURVIVOR_* */
	int64_t refs, fires, woken;
	bool cancelled;
	uint64_t close_ns, closed_ns;
	uint32_t close_tid;
	int64_t close_stack;
	bool judged;   /* a rule may be about it */
	bool ended;    /* thread: waits to be joined */
	bool in_order; /* its process exited by itself */
	bool failed;   /* with a code other than 0 */
	size_t first_reference, reference_count;
	int64_t released_stack; /* where one of those that are given back was released; 0 none */

	/* Judged by fates_judge. */
	enum fate fate;
	size_t outlived; /* another of the list, or SURVIVOR_NONE */
	bool excused;	 /* what it belongs to is still being closed, or stays; see closing.h too */
	bool in_close;	 /* a close that goes on, so that nothing of the scope is judged */
	bool undecided;	 /* its close, see closing.h */
	size_t unclosed; /* the outermost scope that must be closed and is open, of its owners */

	/* Found by leak_graph_build. */
	size_t part;	/* number of its strongly connected part */
	bool explained; /* by a finding about another, or about itself */
};

/* References that were not released, or wakers that are left. */
struct survivor_reference {
	size_t about;	/* what is held */
	size_t holder;	/* SURVIVOR_NONE: nobody who is followed */
	bool by_nobody; /* no holder was named */
	char *tag;	/* NULL none */
	bool waker;
	int64_t stack_id;
	uint64_t retained, released;
};

struct survivors {
	uint64_t now_ns;	/* the last that was seen */
	struct survivor *items; /* in the order of their births */
	size_t count;
	size_t capacity;
	struct u64map by_id;		       /* resource row -> index */
	struct survivor_reference *references; /* by what is held */
	size_t reference_count;
	size_t reference_capacity;
};

/* Empty where nothing was annotated: then nothing belongs to anything. */
int survivors_load(struct survivors *survivors, struct trace *trace);
void survivors_finish(struct survivors *survivors);

/* SURVIVOR_NONE if it is not among them. */
size_t survivors_find(const struct survivors *survivors, int64_t id);

/* Whether the thing is still there; a scope that was closed is as long as nobody destroys it. */
static inline bool survivor_is_alive(const struct survivor *survivor)
{
	return survivor->over_ns == 0;
}

#endif
