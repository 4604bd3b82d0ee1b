/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that closes descriptors. Two things are known only later: whether a
 * close of a number that was not open failed (its undo follows), and whether a
 * run of closes is a sweep over all numbers, which is no double close.
 */
#ifndef ANALYZE_CLOSER_H
#define ANALYZE_CLOSER_H

#include <base/u64map.h>
#include <collect/collector.h>
#include <store/trace.h>

struct image;
struct life;

/* A close of a number that was not open, as far as was seen. */
struct closer_pending {
	bool waits;
	bool seen; /* the number was open here before */
	uint64_t subject;
	uint32_t generation; /* of its last lifetime */
	struct life *life;   /* that one, owned, once its slot was needed for another; else NULL */
	int64_t resource_id; /* its row, once the close is known to be bad */
	uint64_t time_ns;
	int64_t stack; /* row */
	uint16_t call;
};

struct closer {
	uint32_t tid;
	struct closer_pending pending;
	/* The run: consecutive closes from one stack, number after number. */
	uint64_t run_stack;
	uint64_t run_last;
	uint64_t run_step; /* 1, or UINT64_MAX for downwards; 0 not known yet */
	uint32_t run_length;
	bool run_mixed; /* failed on a number that was never open here */
	bool run_told;	/* the capture engine calls it a sweep, and leaves most of it out */
	uint32_t held_count;
	struct trace_act *held; /* bad closes of this run; a sweep yet to show makes them its own */
};

struct closers {
	struct u64map by_tid; /* tid -> struct closer * */
	struct closer *last;  /* most events come from the thread of the one before */
};

void closers_finish(struct closers *closers);
/* The closer of a thread; made if new. -ENOMEM. */
int closers_get(struct closers *closers, uint32_t tid, struct closer **ret_closer);
/* The closer of a thread; NULL if it has none. */
struct closer *closers_find(const struct closers *closers, uint32_t tid);
/* The thread is over, and nothing of it is pending. */
void closers_drop(struct closers *closers, struct closer *closer);
/*
 * A closer other than this one (NULL: any) whose close of the number, as its
 * slot has it, is not decided yet; NULL if none.
 */
struct closer *closers_find_pending(const struct closers *closers, const struct closer *except,
				    uint64_t subject);

/* One more close by this thread: part of the run, or the first of a new one. */
int closer_step(struct closer *closer, struct image *image, const struct collect_event *event);
/* The close failed on a number that was never open here. */
int closer_add_unknown(struct closer *closer, struct image *image);
/* The close failed, on a number that had been closed. Writes the act. */
int closer_add_bad(struct closer *closer, struct image *image, const struct closer_pending *close,
		   int error);

#endif
