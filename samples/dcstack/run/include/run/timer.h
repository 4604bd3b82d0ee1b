/* SPDX-License-Identifier: Apache-2.0 */
/* Timers of an executor: one-shot, armed again and again. On the executor only. */
#ifndef RUN_TIMER_H
#define RUN_TIMER_H

#include "executor.h"
#include <stddef.h>
#include <track/track.h>

/* Embedded by its owner; fields belong to timer.c. */
struct timer {
	struct executor *executor;
	const char *name; /* for who looks with a debugger */
	void (*fire)(void *user);
	void *user;
	uint64_t deadline_ns;
	size_t place; /* in the heap, from 1; 0: not armed */
	struct track_subject owner;
};

void timer_init(struct timer *timer, struct executor *executor, const char *name,
		void (*fire)(void *user), void *user);
/* For who watches: what it belongs to each time that it is armed. */
void timer_own(struct timer *timer, struct track_subject owner);
/* (Re)arms it. -ENOMEM. */
int timer_arm(struct timer *timer, uint64_t delay_ns);
void timer_cancel(struct timer *timer); /* not armed: nothing */
bool timer_is_armed(const struct timer *timer);

#define TIMER_MS(ms) ((uint64_t)(ms)*1000000)

#endif
