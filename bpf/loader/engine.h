/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's programs: loaded, told whom to follow, and read from. What they see comes by
 * engine_drain (ring.h); functions are attached to by links.h.
 */
#ifndef PROBES_ENGINE_H
#define PROBES_ENGINE_H

#include "probe_event.h"

#include <stdbool.h>
#include <stddef.h>

struct engine;

struct engine_options {
	uint64_t ring_bytes;	 /* rounded up to a power of two */
	uint32_t snapshot_bytes; /* of a stack; up to PROBE_SNAPSHOT_MAX */
	uint32_t stack_depth;	 /* 0: no stacks */
	const char *cgroup;	 /* folder of cgroup v2, NULL: none */
	bool single_links;	 /* as where the kernel has no link for many functions */
};

/* What was counted in the kernel since the start. */
struct engine_counts {
	uint64_t lost;	 /* events that the ring had no room for, or whose program did not run */
	uint64_t tables; /* and that a table had no room for */
	uint64_t wakes;
};

/*
 * -errno: a sentence for the user is in engine_create_error. Programs of the system calls are
 * attached; nobody is followed yet (but for the cgroup's processes, from their next exec on).
 */
int engine_create(const struct engine_options *options, struct engine **ret_engine);
const char *engine_create_error(void);

/* NULL is taken. All links must be destroyed before. */
void engine_destroy(struct engine *engine);

/* Nothing is told any more; what is in the ring can still be drained. */
void engine_detach(struct engine *engine);

/* Follow a process; flags of enum probe_traced_flags. What it forks is followed by itself. */
int engine_trace(struct engine *engine, uint32_t tgid, uint32_t flags, uint32_t *ret_image);
int engine_untrace(struct engine *engine, uint32_t tgid);

/* How an image's stacks are walked: PROBE_WALK_FRAMES, PROBE_WALK_NONE or 0, a snapshot. -ENOENT:
 * it runs no more. */
int engine_walk(struct engine *engine, uint32_t tgid, uint32_t image, uint32_t walk);

/* -ENOENT: it is not followed, or has ended. */
int engine_traced(const struct engine *engine, uint32_t tgid, struct probe_traced *ret_traced);

/* Its modules changed: trails so far are void. */
int engine_forget_trails(struct engine *engine, uint32_t tgid, uint32_t image);

/* A row of a probed function; to be there before its link is. */
int engine_row_set(struct engine *engine, uint32_t row, const struct probe_row *terms);

/*
 * Of an event with a snapshot: where these words are the same again, stack_id is told instead.
 * For stacks only that were unwound from sp, bp and ip and these words, from nothing else.
 */
int engine_trail_put(struct engine *engine, const struct probe_head *event,
		     const struct probe_trail *trail);

/* What was counted of an open descriptor, and forget it. Zeros and -ENOENT where nothing was. */
int engine_traffic_take(struct engine *engine, uint32_t image, uint32_t fd,
			struct track_traffic *ret_traffic);

struct engine_counts engine_counts(const struct engine *engine);

#endif
