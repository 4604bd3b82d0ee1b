/* SPDX-License-Identifier: Apache-2.0 */
#include <run/timer.h>

#include "inside.h"
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

static atomic_uint armed;

unsigned timer_armed_count(void)
{
	return atomic_load(&armed);
}

void timer_init(struct timer *timer, struct executor *executor, const char *name,
		void (*fire)(void *user), void *user)
{
	*timer = (struct timer){.executor = executor,
				.name = name,
				.fire = fire,
				.user = user,
				.owner = track_nobody()};
}

void timer_own(struct timer *timer, struct track_subject owner)
{
	timer->owner = owner;
}

bool timer_is_armed(const struct timer *timer)
{
	return timer->place != 0;
}

static void put(struct executor *executor, size_t place, struct timer *timer)
{
	executor->timers[place] = timer;
	timer->place = place;
}

/* Moves timer from place, which is free, to where the heap is in order. */
static void settle(struct executor *executor, size_t place, struct timer *timer)
{
	struct timer **timers = executor->timers;
	size_t count = executor->timer_count;

	while (place > 1 && timers[place / 2]->deadline_ns > timer->deadline_ns) {
		put(executor, place, timers[place / 2]);
		place /= 2;
	}
	while (2 * place <= count) {
		size_t child = 2 * place;

		if (child < count && timers[child + 1]->deadline_ns < timers[child]->deadline_ns)
			child++;
		if (timers[child]->deadline_ns >= timer->deadline_ns)
			break;
		put(executor, place, timers[child]);
		place = child;
	}
	put(executor, place, timer);
}

static int reserve(struct executor *executor)
{
	size_t capacity = executor->timer_capacity ? 2 * executor->timer_capacity : 16;
	struct timer **timers;

	if (executor->timer_count + 1 < executor->timer_capacity)
		return 0;
	timers = reallocarray(executor->timers, capacity, sizeof(struct timer *));
	if (!timers)
		return -ENOMEM;
	executor->timers = timers;
	executor->timer_capacity = capacity;
	return 0;
}

int timer_arm(struct timer *timer, uint64_t delay_ns)
{
	struct executor *executor = timer->executor;
	uint64_t now_ns = executor_clock_ns();
	int error;

	if (!timer->place) {
		error = reserve(executor);
		if (error)
			return error;
		timer->place = ++executor->timer_count;
		executor->timers[timer->place] = timer;
		atomic_fetch_add(&armed, 1);
	}
	track_timer_arm(timer, timer->name);
	track_own(timer->owner, track_timer(timer));
	timer->deadline_ns = delay_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + delay_ns;
	settle(executor, timer->place, timer);
	return 0;
}

static void take_out(struct timer *timer)
{
	struct executor *executor = timer->executor;
	size_t place = timer->place;
	struct timer *last;

	last = executor->timers[executor->timer_count--];
	timer->place = 0;
	atomic_fetch_sub(&armed, 1);
	if (last != timer)
		settle(executor, place, last);
}

void timer_cancel(struct timer *timer)
{
	if (!timer->place)
		return;
	track_timer_cancel(timer);
	take_out(timer);
}

void timer_fire_due(struct executor *executor)
{
	uint64_t now_ns = executor->timer_count ? executor_clock_ns() : 0;

	while (executor->timer_count) {
		struct timer *timer = executor->timers[1];

		if (timer->deadline_ns > now_ns)
			return;
		track_timer_fire(timer);
		take_out(timer);
		timer->fire(timer->user);
	}
}

int timer_timeout_ms(const struct executor *executor)
{
	uint64_t now_ns, deadline_ns, wait_ms;

	if (!executor->timer_count)
		return -1;
	now_ns = executor_clock_ns();
	deadline_ns = executor->timers[1]->deadline_ns;
	if (deadline_ns <= now_ns)
		return 0;
	wait_ms = (deadline_ns - now_ns - 1) / TIMER_MS(1) + 1;
	return wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

void timer_finish_all(struct executor *executor)
{
	atomic_fetch_sub(&armed, (unsigned)executor->timer_count);
	free(executor->timers);
}
