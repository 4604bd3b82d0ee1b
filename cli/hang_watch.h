/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks now and then, while a recording goes on, whether something hangs. What may is
 * explained by a process of its own, `rtctrack why`, which asks us where the threads stand and
 * judges a copy of the trace: the recording does not wait for it.
 */
#ifndef CLI_HANG_WATCH_H
#define CLI_HANG_WATCH_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stdint.h>
#include <store/trace.h>
#include <sys/types.h>

#include "suspect.h"

struct options;

/* A zeroed struct watches nothing. */
struct hang_watch {
	const struct options *options; /* of the recording; NULL: watches nothing */
	bool hangs;		       /* something was found to */
	/* private */
	const char *base; /* of the folder of spools */
	uint64_t hang_after_ns, next_ns, asked_ns, pause_ns;
	uint64_t pending_ns; /* the close that was looked at */
	uint64_t stuck;	     /* the threads that were looked at, as collector_stuck says */
	uint64_t stuck_next_ns, stuck_pause_ns, peek_ns;
	struct u64map told; /* pids */
	struct suspect suspect;
	pid_t why; /* that explains it; 0: none runs */
	int text;  /* what it says */
};

/* options and base live as long as the watch. */
void hang_watch_start(struct hang_watch *watch, const struct options *options, const char *base);

/*
 * Time to ask road_stuck, which is cheap, about waits that began before *ret_before_ns? Its answer
 * is for hang_watch_is_due.
 */
bool hang_watch_peeks(struct hang_watch *watch, uint64_t now_ns, uint64_t *ret_before_ns);

/*
 * Time for a look at the standings? Then the caller takes one, and calls hang_watch_judge. A look
 * costs, and what is alive then keeps its row in the trace: so they become ever fewer, until a
 * close is pending for too long, or other threads are stuck. pending_ns: since when the oldest is;
 * 0: none. stuck: which threads are; 0: none, or not asked.
 */
bool hang_watch_is_due(struct hang_watch *watch, uint64_t now_ns, uint64_t pending_ns,
		       uint64_t stuck);

/* 0 or -errno of the trace. */
int hang_watch_judge(struct hang_watch *watch, struct trace *trace, uint64_t now_ns);

/* Something hangs that was not told yet: tell it by hang_watch_tell, which says it on stderr. */
bool hang_watch_found(struct hang_watch *watch);
void hang_watch_tell(struct hang_watch *watch);

void hang_watch_finish(struct hang_watch *watch);

#endif
