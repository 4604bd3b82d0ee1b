/* SPDX-License-Identifier: Apache-2.0 */
/* When checks go out: RFC 8445 section 14, RFC 8489 section 6.2.1. */
#include "stranger.inc.c"

#include <check.h>

/* So long that this test's own delays do not count. */
enum { RTO_MS = 100000, ROUNDS = 7 };

/* Until a timer fires, to the nearest multiple of the first time. */
static unsigned rtos_left(const struct timer *timer)
{
	uint64_t left_ns = timer->deadline_ns - executor_clock_ns();

	return (unsigned)((left_ns + TIMER_MS(RTO_MS / 2)) / TIMER_MS(RTO_MS));
}

static void call_measure(void *user)
{
	struct pair *pair = a.agent->checklist.first;
	unsigned *waits = user;

	for (unsigned i = 0; i < ROUNDS; i++) {
		waits[i] = rtos_left(&pair->retransmission);
		check_retransmit(pair);
	}
}

Test(timing, a_check_is_repeated_after_twice_the_time_and_then_given_up)
{
	static const unsigned expected[ROUNDS] = {1, 2, 4, 8, 16, 32, 16};
	unsigned waits[ROUNDS];

	begin(true);
	a.agent->timing.rto_ms = RTO_MS;
	on_executor(call_meet, NULL);
	await_message(STUN_REQUEST, PASSWORD);
	on_executor(call_measure, waits);
	for (unsigned i = 0; i < ROUNDS; i++)
		cr_expect_eq(waits[i], expected[i], "%u: %u", i, waits[i]);
	cr_expect_eq(first_state(), PAIR_FAILED);
	end();
}

/* The second has another foundation, so that it need not wait for the first. */
static void call_meet_two(void *unused)
{
	struct candidate second = {
		.component = 1, .priority = 900, .foundation = "t", .address = other};

	call_meet(unused);
	cr_assert_eq(agent_add_remote(a.agent, &second), 0);
}

static void call_find_waits(void *user)
{
	unsigned *waits = user;

	waits[0] = rtos_left(&a.agent->pace);
	waits[1] = rtos_left(&a.agent->checklist.first->retransmission);
}

Test(timing, checks_are_a_pace_apart_and_repeated_the_later_the_more_there_are)
{
	unsigned waits[2];

	begin(true);
	a.agent->timing.rto_ms = RTO_MS;
	a.agent->timing.pace_ms = 3 * RTO_MS;
	on_executor(call_meet_two, NULL);
	await_message(STUN_REQUEST, PASSWORD);
	on_executor(call_find_waits, waits);
	cr_expect_eq(waits[0], 3);
	cr_expect_eq(waits[1], 6, "two checks, each a pace");
	end();
}
