/* SPDX-License-Identifier: Apache-2.0 */
/* Where threads stand, beside where they took a lock or began a close. */
#ifndef ANALYZE_HANG_TURN_H
#define ANALYZE_HANG_TURN_H

#include "hang.h"

/* The last waits; before waits for its lock, by that edge; and the head for that one. */
struct hang_turn {
	size_t head, before, last; /* threads of the graph */
	const struct wait_edge *edge;
};

bool hang_still_in(const struct hangs *hangs, const struct wait_thread *thread,
		   const struct wait_call *call);
/*
 * Of several that serve, one waits for work, and the others behind it for their turn: where the
 * work comes from outside, or they wait at the place where it took the lock.
 */
bool hang_in_turn(const struct hangs *hangs, const struct hang_turn *turn);

#endif
