/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs for certain, what may still go on, and what only waits for its turn. */
#include "standing.inc.c"

/* Somebody is left who may wake others. */
static void begin(void)
{
	rows_begin_as("signal");
	STAND(.tid = 199, .wait = "descriptor", .subject = 4, .timed = true, .in = "look_on");
}

TestSuite(hang_doubt, .init = begin, .fini = rows_end);

#define expect_quiet()                                                                             \
	expect("SELECT message FROM finding WHERE rule = 'teardown-deadlock'", "none")

/* Two of one pool: the first has the lock, the second wants it. */
static void pool_of_two(const char *wait, const char *taken_in)
{
	int64_t leader = WORKER(.tid = 101, .name = "worker 1"),
		follower = WORKER(.tid = 102, .name = "worker 2");
	int64_t one =
		STAND(.tid = 101, .thread = leader, .wait = wait, .subject = 0x91, .in = "next");

	has(one, 0x10, taken_in);
	STAND(.tid = 102, .thread = follower, .wait = "mutex", .subject = 0x10, .in = "serve");
}

static const char starved[] =
	"suspect thread 102 'worker 2' waits for the mutex 0x10 that thread 101 'worker 1' holds, "
	"which waits for the semaphore 0x91, and nobody has woken it for 20.0 s";

#define STATE_AND_MESSAGE                                                                          \
	"SELECT state || ' ' || message FROM finding WHERE rule = 'teardown-deadlock'"

Test(hang_doubt, two_of_a_pool_of_which_one_would_wake_the_other_hang)
{
	pool_of_two("semaphore", "prepare");
	judge();
	expect(STATE_AND_MESSAGE, starved);
}

Test(hang_doubt, a_pool_that_is_woken_for_its_work_from_outside_is_idle)
{
	pool_of_two("semaphore", "prepare");
	woken_by(0x91, 100, 20 * SECOND);
	judge();
	expect_quiet();
}

Test(hang_doubt, a_pool_that_only_its_own_threads_wake_hangs)
{
	pool_of_two("semaphore", "prepare");
	woken_by(0x91, 102, 20 * SECOND);
	judge();
	expect("SELECT count(*) FROM finding WHERE rule = 'teardown-deadlock'", "1");
}

Test(hang_doubt, a_pool_whose_waker_waits_for_that_lock_too_hangs)
{
	pool_of_two("semaphore", "prepare");
	woken_by(0x91, 100, 20 * SECOND);
	STAND(.wait = "mutex", .subject = 0x10, .in = "post");
	judge();
	expect("SELECT substr(message, 1, 21) FROM finding WHERE rule = 'teardown-deadlock'",
	       "thread 102 'worker 2'");
}

Test(hang_doubt, a_pool_that_takes_turns_at_one_place_is_idle)
{
	pool_of_two("semaphore", "serve");
	judge();
	expect_quiet();
}

static int64_t closed_descriptor(uint64_t time_ns)
{
	return PUT(.kind = "fd", .class_name = "udp", .made_in = "open_socket", .subject = 7,
		   .born = 2 * SECOND, .died = time_ns, .died_in = "stop", .ending = "closed");
}

Test(hang_doubt, who_waits_for_a_descriptor_that_was_closed_under_it_hangs)
{
	int64_t receiver = WORKER(.tid = 101, .name = "receiver");

	closed_descriptor(END - 10 * SECOND);
	cr_assert_eq(trace_execute(trace, "UPDATE resource SET death_tid = 100"), 0);
	STAND(.wait = "join", .target = receiver, .in = "stop");
	STAND(.tid = 101, .thread = receiver, .wait = "descriptor", .subject = 7, .other = 1,
	      .in = "receive");
	judge();
	expect("SELECT state || ' ' || kind || ' ' || class || ' ' || culprit_function || ' ' || "
	       "message FROM finding WHERE rule = 'teardown-deadlock'",
	       "broken fd udp receive thread 100 'main' waits for the end of thread 101 "
	       "'receiver', which waits for something to come on descriptor 7, which thread 100 "
	       "'main' closed 10.00 s before the end: a close does not wake who waits already");
	expect("SELECT t.function FROM evidence e JOIN stack_text t ON t.stack_id = e.stack_id "
	       "WHERE e.role = 'descriptor 7 was closed at'",
	       "stop");
}

Test(hang_doubt, a_descriptor_that_was_closed_a_moment_ago_may_be_left_soon)
{
	closed_descriptor(JUST_NOW);
	STAND(.tid = 101, .wait = "descriptor", .subject = 7, .in = "receive");
	judge();
	expect_quiet();
}

Test(hang_doubt, a_number_that_was_closed_before_is_another_descriptor)
{
	closed_descriptor(LONG_AGO - SECOND);
	STAND(.tid = 101, .wait = "descriptor", .subject = 7, .in = "receive");
	judge();
	expect_quiet();
}

static void end_behind(uint64_t held_since)
{
	int64_t holder = STAND(.tid = 101, .unknown_since = true);
	char sql[128];

	has(holder, 0x10, "work");
	snprintf(sql, sizeof(sql), "UPDATE held SET since_ns = %llu",
		 (unsigned long long)held_since);
	cr_assert_eq(trace_execute(trace, sql), 0);
	STAND(.wait = "mutex", .subject = 0x10, .in = "at_exit");
	exit_begun(100, LONG_AGO);
	judge();
}

Test(hang_doubt, an_end_that_waits_for_a_lock_that_a_thread_keeps_is_told)
{
	end_behind(LONG_AGO);
	expect(STATE_AND_MESSAGE, "suspect the program's end hangs: thread 100 'main' waits for "
				  "the mutex 0x10 that thread 101 holds, and has not given back: "
				  "that thread runs or sleeps");
}

Test(hang_doubt, an_end_that_waits_for_a_lock_that_goes_round_goes_on)
{
	end_behind(JUST_NOW);
	expect_quiet();
}

/* The first thread waits for a lock of one that waits for what others may do, and all of these
 * wait. */
static void first_behind(const char *wait)
{
	int64_t one = STAND(.tid = 101, .wait = wait, .subject = 0x91, .in = "send_one");

	has(one, 0x10, "send_all");
	STAND(.wait = "mutex", .subject = 0x10, .in = "hang_up");
}

#define STATE "SELECT state FROM finding WHERE rule = 'teardown-deadlock'"

Test(hang_doubt, a_first_thread_that_waits_for_one_that_nobody_wakes_hangs)
{
	first_behind("condition");
	judge();
	expect(STATE, "broken");
}

Test(hang_doubt, while_another_thread_runs_that_is_not_certain)
{
	first_behind("condition");
	STAND(.tid = 102, .unknown_since = true);
	judge();
	expect(STATE, "suspect");
}

Test(hang_doubt, while_another_thread_may_run_that_is_not_certain)
{
	first_behind("condition");
	WORKER(.tid = 102, .name = "computing");
	judge();
	expect(STATE, "suspect");
}

Test(hang_doubt, what_may_come_from_outside_is_not_certain)
{
	first_behind("child");
	judge();
	expect(STATE, "suspect");
}

static void end_awaits_a_condition(void)
{
	STAND(.wait = "condition", .subject = 0x91, .in = "drain");
	exit_begun(100, LONG_AGO);
}

Test(hang_doubt, an_end_that_waits_while_all_wait_hangs)
{
	end_awaits_a_condition();
	judge();
	expect(STATE, "broken");
}

Test(hang_doubt, an_end_that_waits_while_a_thread_runs_may_be_slow)
{
	end_awaits_a_condition();
	WORKER(.tid = 102, .name = "computing");
	judge();
	expect(STATE, "suspect");
}
