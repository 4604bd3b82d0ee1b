/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The analysis: records become lifetimes (lifetime.c, a sink of the collector),
 * addresses become places (place.c), lifetimes become findings (one file per
 * family of rules). Everything is written through the store. Functions that can
 * fail return 0, -ENOMEM, or what the store says.
 */
#ifndef ANALYZE_ANALYZE_H
#define ANALYZE_ANALYZE_H

#include <analyze/soak.h>
#include <collect/collector.h>
#include <store/trace.h>

struct lifetimes;

/*
 * Follows resources from birth to death and writes them to trace, which must outlive it. The caller
 * destroys it, and before that finishes it or does without what was still alive.
 */
int lifetimes_create(struct trace *trace, struct lifetimes **ret_lifetimes);
/*
 * From this size of the trace on, lifetimes that began and ended in order are
 * added up in lifetime_statistics instead of a row each; UINT64_MAX (default):
 * never, 0: from the first. What leaks, what an act or a finding is about, and
 * what was alive at a mark keeps its row.
 */
void lifetimes_set_budget(struct lifetimes *lifetimes, uint64_t bytes);
void lifetimes_destroy(struct lifetimes *lifetimes);

/*
 * What is a session of a soak: before the first event. class_name: pattern of the scopes whose
 * closes are, each of which makes a mark then; NULL with all others. -ENOMEM.
 */
int lifetimes_count_sessions(struct lifetimes *lifetimes, enum soak_by by, const char *class_name);
/* So many are over. */
size_t lifetimes_sessions(const struct lifetimes *lifetimes);

/* The sink to hand to collector_create; lives as long as lifetimes. */
const struct collect_sink *lifetimes_sink(struct lifetimes *lifetimes);

/* Counts for a status line, of all processes so far. */
struct lifetimes_status {
	uint64_t events;
	uint64_t lost; /* sum of the LOST notes */
	uint32_t processes;
	uint64_t open_sockets; /* alive now, all processes */
	uint64_t open_fds;
	uint64_t threads;
	/* When the oldest close of a scope began, or end of a program, that goes on; 0: none. */
	uint64_t pending_ns;
};
void lifetimes_status(const struct lifetimes *lifetimes, struct lifetimes_status *ret_status);

/*
 * Whether something of a process whose end is held back may yet end in order, and would be
 * undecided without. What collector_settle asks; ctx is lifetimes.
 */
bool lifetimes_await(void *ctx, const struct collect_held *held);

/*
 * All is read (after collector_finish, once): settle what is alive, write what is left, and commit.
 */
int lifetimes_finish(struct lifetimes *lifetimes);

/*
 * Resolve the stacks to modules and places (stack_frame, location), each place
 * once. The caller then symbolises the locations that have no frame. An address in no
 * module belongs to its process's perf map (base/perf_map.h), where there is one. root:
 * the folder that the traced programs called /, NULL if it is ours.
 */
int analyze_places(struct trace *trace, const char *root);

/* The grace time where the trace says none, and what it is. */
#define ANALYZE_GRACE_NS 1000000000ull
uint64_t analyze_grace_ns(struct trace *trace);

/* Judge: run every rule of rules.def, replace the findings. Idempotent. */
int analyze_findings(struct trace *trace);

/* Whether a finding's state fails a gate: 1 yes, 0 no. strict: --strict. */
int analyze_state_fails(const char *state, bool strict);

#endif
