/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The road from spools to a judged trace: collector, lifetimes, places, symbols,
 * findings, in that order. Used live by `run`, and by reports on spools.
 */
#ifndef CLI_ROAD_H
#define CLI_ROAD_H

#include <analyze/analyze.h>
#include <stdbool.h>
#include <stdint.h>
#include <store/trace.h>
#include <symbol/symbolizer.h>

#include "engine.h"

struct road;
struct option_texts;
struct probes;

#define ROAD_TRACE_BUDGET_DEFAULT (32ull << 20)
#define ROAD_TIME_UNSET UINT64_MAX

/* By which a recording is judged; ROAD_TIME_UNSET: as the trace says, or as ever. */
struct road_times {
	uint64_t grace_ns;	/* what belongs to a scope may end so much later */
	uint64_t hang_after_ns; /* what has not returned for so long hangs; 0: nothing does */
};
#define ROAD_TIMES_UNSET ((struct road_times){ROAD_TIME_UNSET, ROAD_TIME_UNSET})
#define ROAD_HANG_AFTER_NS 5000000000ull

/* trace_path NULL: a private trace that vanishes with the road. search NULL: nothing
 * beside this system. */
int road_create(const char *trace_path, const struct symbol_search *search, struct road **ret_road);
/* Closes the trace; the collection so far stays in it. As trace_close. NULL is fine. */
int road_destroy(struct road *road);

/* See lifetimes_set_budget; without it every lifetime has its row. */
void road_set_trace_budget(struct road *road, uint64_t bytes);

/* See lifetimes_count_sessions: before anything is read. And how many are over. */
int road_count_sessions(struct road *road, enum soak_by by, const char *class_name);
size_t road_sessions(const struct road *road);

/* The trace remembers those that are set. */
int road_set_times(struct trace *trace, const struct road_times *times);
/* Those that are set are not what the trace was judged by. */
bool road_times_differ(struct trace *trace, const struct road_times *times);

/* What lives on was seen until now. */
int road_set_end(struct trace *trace);

/* A spool, or a folder of spools that is followed. */
int road_add(struct road *road, const char *path);

/* The same of a folder of the caller's own: spools that were read go, see collector_own. */
int road_own(struct road *road, const char *folder);

/* Read what is there, while processes may be running. */
int road_poll(struct road *road);
/* The same, and where the threads of all processes stand, which is then in the trace's file. */
int road_look(struct road *road);

/* After road_poll: processes whose end is held back go on if nothing of them is awaited any more.
 */
void road_settle(struct road *road);
/* Nobody is held back from now on. */
void road_let_go(struct road *road);

/* As collector_stuck. */
uint64_t road_stuck(const struct road *road, uint64_t before_ns);

void road_status(const struct road *road, struct lifetimes_status *ret_status);

/* The program that was recorded, and how it ended. */
struct road_program {
	int32_t pid;  /* 0: there was not one above others */
	bool is_ours; /* we started it, and waited for its end; else the next two are not known */
	int wait_status;
	int exit_code;
	enum engine engine;
	bool recordable;     /* false: it is known that the engine cannot see it */
	uint64_t timeout_ns; /* it was ended after so long; 0: it was not */
	uint64_t oom_kills;  /* meanwhile the kernel killed so many for want of memory */
	const struct option_texts *packs; /* what --pack says */
	const struct probes *probes;	  /* that recorded it; NULL: there were none */
};

/*
 * Read the rest, judge, and mark the trace as finished. program NULL: not
 * known. Afterwards road_trace holds the findings.
 */
int road_finish(struct road *road, const struct road_program *program);

/*
 * Judge a trace whose recorder was killed, as far as it goes, or one that was judged
 * before, with what search finds now, and the names that known has (names.h); NULL: there are none.
 * It stays marked as it is.
 */
int road_judge(struct trace *trace, const struct symbol_search *search, struct trace *known);

/* Give road's trace to the caller, who closes it, and destroy the road. */
struct trace *road_release(struct road *road);

struct trace *road_trace(struct road *road);

/* What went wrong in the last call that failed, a sentence. */
const char *road_error(const struct road *road);

/*
 * Look through a folder of spools: 1 if there is a process, 0 if not, -errno.
 * ret_stacks: none of them lacked an unwinder.
 */
int road_saw(const char *folder, bool *ret_stacks);

/* LOST notes of a trace, or whether it was never finished: no verdict can be given. */
int road_evidence(struct trace *trace, uint64_t *ret_lost, bool *ret_finished);

#endif
