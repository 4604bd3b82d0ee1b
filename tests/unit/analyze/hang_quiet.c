/* SPDX-License-Identifier: Apache-2.0 */
/* What waits, and hangs not; and what hangs only if it has for long. */
#include "standing.inc.c"

/* Somebody is left who may wake others. */
static void begin(void)
{
	rows_begin_as("signal");
	STAND(.tid = 199, .wait = "descriptor", .subject = 4, .timed = true, .in = "look_on");
}

TestSuite(hang_quiet, .init = begin, .fini = rows_end);

#define expect_quiet()                                                                             \
	expect("SELECT message FROM finding WHERE rule = 'teardown-deadlock'", "none")

static int64_t idle(uint32_t tid, const char *name)
{
	int64_t worker = WORKER(.tid = tid, .name = name);

	STAND(.tid = tid, .thread = worker, .wait = "condition", .subject = 0x91, .in = "next");
	return worker;
}

Test(hang_quiet, an_idle_pool_and_a_main_that_joins_it)
{
	int64_t worker = idle(101, "worker 1");

	idle(102, "worker 2");
	STAND(.wait = "join", .target = worker, .in = "main");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_main_that_waits_for_the_word_to_stop)
{
	idle(101, "worker 1");
	STAND(.wait = "condition", .subject = 0x77, .in = "main");
	judge();
	expect_quiet();
}

Test(hang_quiet, loops_that_wait_for_descriptors)
{
	int64_t loop = WORKER(.tid = 101, .name = "gmain", .runs = "g_main_loop_run");

	STAND(.wait = "descriptor", .subject = 4, .in = "g_main_context_poll");
	STAND(.tid = 101, .thread = loop, .wait = "descriptor", .subject = 5, .in = "poll_it");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_pools_callbacks_that_read_a_queue_for_long)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "consume", .made_in = "arm");
	int64_t worker = WORKER(.tid = 101, .name = "worker 1");
	int64_t one = STAND(.tid = 101, .thread = worker, .wait = "condition", .subject = 0x91,
			    .in = "pop");

	is_inside(one, callback, false);
	STAND(.wait = "join", .target = worker, .in = "main");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_pool_that_waits_behind_the_one_that_waits_for_work)
{
	int64_t leader = WORKER(.tid = 101, .name = "worker 1"),
		follower = WORKER(.tid = 102, .name = "worker 2");
	int64_t one = STAND(.tid = 101, .thread = leader, .wait = "descriptor", .subject = 3,
			    .in = "accept_one");

	has(one, 0x10, "serve");
	STAND(.tid = 102, .thread = follower, .wait = "mutex", .subject = 0x10, .in = "serve");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_main_that_serves_with_its_pool_and_waits_for_its_turn)
{
	int64_t leader = WORKER(.tid = 101, .name = "worker 1");
	int64_t one = STAND(.tid = 101, .thread = leader, .wait = "descriptor", .subject = 3,
			    .in = "accept_one");

	has(one, 0x10, "serve");
	STAND(.wait = "mutex", .subject = 0x10, .in = "serve");
	judge();
	expect_quiet();
}

Test(hang_quiet, but_a_main_that_wants_the_lock_of_who_waits_for_its_peer_elsewhere)
{
	int64_t one =
		STAND(.tid = 101, .wait = "descriptor", .subject = 3, .other = 2, .in = "receive");

	has(one, 0x10, "receive_all");
	STAND(.wait = "mutex", .subject = 0x10, .in = "stop");
	judge();
	expect("SELECT state || ' ' || kind || ' ' || message FROM finding",
	       "suspect lock thread 100 'main' waits for the mutex 0x10 that thread 101 holds, "
	       "which waits for something to come on descriptor 3 or 1 more, and nothing has come "
	       "for 20.0 s");
}

Test(hang_quiet, a_writer_that_waits_for_readers_that_go_on)
{
	int64_t one = STAND(.tid = 101, .unknown_since = true);
	int64_t other = STAND(.tid = 102, .wait = "condition", .subject = 0x91, .in = "rest",
			      .since = JUST_NOW);

	has_as(one, 0x10, "read-lock", "look");
	has_as(other, 0x10, "read-lock", "look");
	STAND(.wait = "write-lock", .subject = 0x10, .in = "change");
	judge();
	expect_quiet();
}

Test(hang_quiet, readers_of_one_lock_do_not_wait_for_each_other)
{
	int64_t one = STAND(.wait = "mutex", .subject = 0x20, .in = "look", .since = JUST_NOW);
	int64_t other = STAND(.tid = 101, .wait = "read-lock", .subject = 0x10, .in = "look");

	has_as(one, 0x10, "read-lock", "look");
	has(other, 0x20, "look");
	judge();
	expect_quiet();
}

Test(hang_quiet, but_a_reader_again_behind_a_writer_waits_for_itself)
{
	int64_t one = STAND(.tid = 101, .wait = "read-lock", .subject = 0x10, .in = "look_again",
			    .since = JUST_NOW);

	has_as(one, 0x10, "read-lock", "look");
	STAND(.wait = "write-lock", .subject = 0x10, .in = "change", .since = JUST_NOW);
	judge();
	expect("SELECT message FROM finding",
	       "thread 101 waits for the lock 0x10, to read, after thread 100 'main', who is to "
	       "write, which waits for the lock 0x10, to write, that thread 101 holds");
}

Test(hang_quiet, a_recursive_mutex_taken_again)
{
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "rest");

	has(one, 0x10, "outer");
	has(one, 0x10, "inner");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_mutex_as_a_semaphore_that_another_gave_back)
{
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "rest");
	int64_t other = STAND(.tid = 101, .wait = "condition", .subject = 0x92, .in = "rest");

	has(one, 0x10, "pass");
	has(other, 0x10, "pass");
	STAND(.tid = 102, .wait = "mutex", .subject = 0x10, .in = "pass");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_mutex_as_a_semaphore_that_another_is_to_give_back_soon)
{
	int64_t one = STAND(.wait = "mutex", .subject = 0x10, .in = "await", .since = JUST_NOW);

	has(one, 0x10, "start");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_mutex_as_a_semaphore_that_others_gave_back_before)
{
	int64_t one = STAND(.wait = "mutex", .subject = 0x10, .in = "await");

	has(one, 0x10, "await");
	cr_assert_eq(trace_execute(trace, "UPDATE held SET depth = 3"), 0);
	judge();
	expect_quiet();
}

Test(hang_quiet, a_signaller_that_still_holds_the_conditions_mutex)
{
	int64_t library = closing_scope("library");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .other = 0x10, .in = "await");
	int64_t other = STAND(.tid = 101, .unknown_since = true);

	is_inside(one, library, true);
	has(other, 0x10, "signal_it");
	woken_by(0x91, 101, END - 1000);
	judge();
	expect_quiet();
}

Test(hang_quiet, but_a_signaller_that_waits_for_the_woken_closes_a_circle)
{
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .other = 0x10, .in = "await");
	int64_t other = STAND(.tid = 101, .wait = "mutex", .subject = 0x20, .in = "finish");

	has(one, 0x20, "hang_up");
	has(other, 0x10, "signal_it");
	woken_by(0x91, 101, END - 10 * SECOND);
	judge();
	expect("SELECT message FROM finding WHERE rule = 'teardown-deadlock'",
	       "thread 100 'main' waits for the mutex 0x10 of its condition that thread 101 "
	       "holds, which waits for the mutex 0x20 that thread 100 'main' holds");
}

Test(hang_quiet, waits_for_a_time_in_a_loop)
{
	int64_t library = closing_scope("library");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await", .timed = true);

	is_inside(one, library, true);
	judge();
	expect_quiet();
}

Test(hang_quiet, a_slow_close_that_goes_on)
{
	int64_t library = closing_scope("library");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await", .since = JUST_NOW);

	is_inside(one, library, true);
	judge();
	expect_quiet();
}

Test(hang_quiet, a_close_that_waits_for_a_thread_that_goes_on)
{
	int64_t library = closing_scope("library");
	int64_t worker = WORKER(.tid = 101, .name = "worker");
	int64_t one = STAND(.wait = "join", .target = worker, .in = "join_all");

	is_inside(one, library, true);
	STAND(.tid = 101, .thread = worker, .wait = "descriptor", .subject = 4, .in = "receive",
	      .since = JUST_NOW);
	judge();
	expect_quiet();
}

Test(hang_quiet, a_close_that_waits_for_a_thread_of_which_nothing_is_known)
{
	int64_t library = closing_scope("library");
	int64_t worker = WORKER(.tid = 101, .name = "worker");
	int64_t one = STAND(.wait = "join", .target = worker, .in = "join_all");

	is_inside(one, library, true);
	judge();
	expect_quiet();
}

Test(hang_quiet, a_close_that_joins_a_thread_that_ended_with_a_lock)
{
	int64_t library = closing_scope("library");
	int64_t worker = WORKER(.tid = 101, .name = "worker", .ending = "done");
	int64_t one = STAND(.wait = "join", .target = worker, .in = "join_all");
	int64_t other = STAND(.tid = 101, .thread = worker, .unknown_since = true);

	is_inside(one, library, true);
	has(other, 0x10, "work");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_close_that_began_a_moment_ago)
{
	int64_t scope = PUT(.kind = "scope", .class_name = "library", .traits = "must-close",
			    .close = JUST_NOW, .made_in = "start");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await");

	is_inside(one, scope, true);
	judge();
	expect_quiet();
}

/* A stack of some functions, the innermost first. */
static int64_t in_all(uint64_t first, uint64_t second, uint64_t third)
{
	uint64_t addresses[] = {first, second, third};
	int64_t stack;

	cr_assert_eq(trace_add_stack(trace, process, first * 7 + second, 1, addresses, 3, &stack),
		     0);
	return stack;
}

static void close_and_wait(int64_t closing, int64_t waiting)
{
	int64_t scope = closing_scope("connection");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await");
	char sql[256];

	is_inside(one, scope, true);
	snprintf(sql, sizeof(sql),
		 "UPDATE resource SET close_stack = %lld WHERE kind = 'scope'; UPDATE standing SET "
		 "stack_id = %lld",
		 (long long)closing, (long long)waiting);
	for (char *at = strtok(sql, ";"); at != NULL; at = strtok(NULL, ";"))
		cr_assert_eq(trace_execute(trace, at), 0);
	judge();
}

Test(hang_quiet, a_close_that_was_only_asked_for)
{
	close_and_wait(in_all(0x1001, 0x2001, 0x3001), in_all(0x1101, 0x2101, 0x3001));
	expect_quiet();
}

Test(hang_quiet, but_a_close_that_waits_where_it_began)
{
	close_and_wait(in_all(0x1001, 0x2001, 0x3001), in_all(0x1101, 0x2001, 0x3001));
	expect("SELECT message FROM finding WHERE rule = 'teardown-deadlock'",
	       "close of connection hangs: thread 100 'main' waits for the condition 0x91, and "
	       "nobody has woken it for 20.0 s");
}

Test(hang_quiet, a_wait_of_which_nobody_knows_how_long)
{
	int64_t library = closing_scope("library");
	int64_t one =
		STAND(.wait = "condition", .subject = 0x91, .in = "await", .unknown_since = true);

	is_inside(one, library, true);
	judge();
	expect_quiet();
}

Test(hang_quiet, a_limit_that_was_raised)
{
	int64_t library = closing_scope("library");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await");

	is_inside(one, library, true);
	cr_assert_eq(trace_set_meta(trace, "hang_after_ns", "30000000000"), 0);
	judge();
	expect_quiet();
}

Test(hang_quiet, a_lock_of_which_nobody_knows_who_holds_it)
{
	STAND(.wait = "mutex", .subject = 0x10, .in = "work");
	judge();
	expect_quiet();
}

Test(hang_quiet, but_a_close_that_waits_for_such_a_lock)
{
	int64_t library = closing_scope("library");
	int64_t one = STAND(.wait = "mutex", .subject = 0x10, .in = "cleanup");

	is_inside(one, library, true);
	judge();
	expect("SELECT message FROM finding WHERE rule = 'teardown-deadlock'",
	       "close of library hangs: thread 100 'main' waits for the mutex 0x10; who holds it "
	       "is not known");
}

Test(hang_quiet, threads_of_an_image_that_was_replaced)
{
	int64_t one, other;

	rows_end();
	rows_begin_as("exec");
	one = STAND(.wait = "mutex", .subject = 0x20, .in = "a");
	other = STAND(.tid = 101, .wait = "mutex", .subject = 0x10, .in = "b");
	has(one, 0x10, "take");
	has(other, 0x20, "take");
	judge();
	expect_quiet();
}

/* What follows stands in a child of the first process. */
static int64_t fork_now(int32_t pid)
{
	int64_t parent = process;
	struct trace_process row = {
		.pid = pid,
		.ppid = 100,
		.parent_id = parent,
		.origin = "fork",
		.exe = "/opt/program",
		.command = "program",
		.start_ns = 10 * SECOND,
		.end_ns = END,
		.end = "signal",
	};

	cr_assert_eq(trace_put_process(trace, &row), 0);
	process = row.id;
	return parent;
}

Test(hang_quiet, but_a_child_that_waits_for_a_lock_of_its_parents_thread)
{
	int64_t worker = WORKER(.tid = 101, .name = "logger");
	int64_t holder = STAND(.tid = 101, .thread = worker, .unknown_since = true);

	has(holder, 0x10, "write_log");
	fork_now(200);
	STAND(.tid = 200, .wait = "mutex", .subject = 0x10, .in = "log_it");
	judge();
	expect("SELECT state || ' ' || culprit_function || ' ' || message FROM finding WHERE rule "
	       "= 'teardown-deadlock'",
	       "broken log_it thread 200 'main' waits for the mutex 0x10, which was held when the "
	       "process was forked, by thread 101 'logger' of its parent: who could give it back "
	       "is not in this process");
}

Test(hang_quiet, a_child_that_waits_for_a_lock_of_its_sibling)
{
	int64_t parent = fork_now(200), holder;

	STAND(.tid = 200, .wait = "mutex", .subject = 0x10, .in = "accept_one");
	process = parent;
	fork_now(201);
	holder = STAND(.tid = 201, .wait = "descriptor", .subject = 3, .in = "accept_one");
	has(holder, 0x10, "accept_one");
	judge();
	expect_quiet();
}

Test(hang_quiet, a_child_with_threads_of_its_own)
{
	fork_now(200);
	WORKER(.tid = 201, .name = "worker");
	STAND(.tid = 200, .wait = "mutex", .subject = 0x10, .in = "work");
	judge();
	expect_quiet();
}
