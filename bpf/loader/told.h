/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was told of one process image so far, as far as it decides what is to be told next: which
 * callbacks are registered, which releases are under way, and which classes do not lie in memory
 * as their pack has them.
 */
#ifndef PROBES_TOLD_H
#define PROBES_TOLD_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stdint.h>

struct told {
	struct u64map armed;	 /* registrations */
	struct u64map releases;	 /* by subject: what was seen, begun, is under way */
	struct u64map elsewhere; /* classes, by their address */
	struct u64map functions; /* where those are that were registered */
	struct u64map heads;	 /* by thread and place on its stack: who was entered there */
	struct u64map tails;	 /* and who by a jump of that one */
	bool armed_is_full;
};

/* Of a zeroed one; it is empty afterwards. */
void told_finish(struct told *told);

/* In a child, what its parent had. 0 or -ENOMEM. */
int told_copy(const struct told *from, struct told *ret_told);

/* Who: the arm's place in the pack. Those of which there is no room seem to be armed for ever. */
void told_arm(struct told *told, uint64_t who, uint64_t subject);
bool told_is_armed(const struct told *told, uint64_t who, uint64_t subject);

/* A registered function's address in this image. 0: it was not registered in it. */
int told_place(struct told *told, const void *function, uint64_t address);
uint64_t told_address(const struct told *told, const void *function);

/* Where a function was entered. */
struct told_call {
	uint32_t tid;
	uint32_t row;
	uint64_t sp;
	uint64_t caller;
};

/*
 * Did another function, which was called from there, call this one as its last deed, by a jump?
 * Then it is not its caller who called it. To be asked at the entry and at the return.
 */
bool told_tail_enter(struct told *told, const struct told_call *call);
bool told_tail_return(struct told *told, const struct told_call *call);

/*
 * A release begins, of what has so many references: whether it is the last one. While several are
 * under way, who of them has counted down already is not known: so the first one's look counts.
 */
bool told_release(struct told *told, uint64_t subject, uint64_t references);
void told_released(struct told *told, uint64_t subject);

/* What was just born has so many references. True the first time that it is not one. */
bool told_look(struct told *told, const void *of_class, uint64_t references);
bool told_is_elsewhere(const struct told *told, const void *of_class);

#endif
