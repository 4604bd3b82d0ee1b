/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs, and how it is told. */
#include "standing.inc.c"

static void begin(void)
{
	rows_begin_as("signal");
}

TestSuite(hang, .init = begin, .fini = rows_end);

static void two_locks(uint64_t since)
{
	int64_t worker = WORKER(.tid = 101, .name = "dc worker 1");
	int64_t one = STAND(.wait = "mutex", .subject = 0x20, .in = "reset", .since = since);
	int64_t other = STAND(.tid = 101, .thread = worker, .wait = "mutex", .subject = 0x10,
			      .in = "on_message", .since = since);

	has(one, 0x10, "hang_up");
	has(other, 0x20, "callback_begin");
}

Test(hang, two_threads_that_wait_for_each_others_locks_are_a_circle)
{
	two_locks(0);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 reset");
	expect_message("thread 100 'main' waits for the mutex 0x20 that thread 101 'dc worker 1' "
		       "holds, which waits for the mutex 0x10 that thread 100 'main' holds");
	expect_chain(
		"thread 100 'main' has waited 20.00 s for the mutex 0x20 at reset\n"
		"which thread 101 'dc worker 1' took at callback_begin\n"
		"thread 101 'dc worker 1' has waited 20.00 s for the mutex 0x10 at on_message\n"
		"which thread 100 'main' took at hang_up");
}

Test(hang, a_circle_is_one_however_young)
{
	two_locks(JUST_NOW);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 reset");
}

Test(hang, a_circle_in_which_one_waits_for_a_time_only_is_none)
{
	int64_t one = STAND(.wait = "mutex", .subject = 0x20, .in = "reset");
	int64_t other =
		STAND(.tid = 101, .wait = "mutex", .subject = 0x10, .in = "work", .timed = true);

	has(one, 0x10, "hang_up");
	has(other, 0x20, "begin");
	judge();
	expect_findings("none");
}

Test(hang, nothing_is_looked_for_with_a_limit_of_zero)
{
	two_locks(0);
	cr_assert_eq(trace_set_meta(trace, "hang_after_ns", "0"), 0);
	judge();
	expect("SELECT rule FROM finding WHERE rule = 'teardown-deadlock'", "none");
}

Test(hang, of_a_circle_who_is_in_no_callback_is_to_be_looked_at)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "on_message", .made_in = "arm");
	int64_t one = STAND(.wait = "mutex", .subject = 0x20, .in = "on_message");
	int64_t other = STAND(.tid = 101, .wait = "mutex", .subject = 0x10, .in = "reset");

	has(one, 0x10, "begin");
	has(other, 0x20, "hang_up");
	is_inside(one, callback, false);
	judge();
	expect("SELECT culprit_function || ' ' || message FROM finding",
	       "reset thread 101 waits for the mutex 0x10 that thread 100 'main' holds, which "
	       "waits for the mutex 0x20 that thread 101 holds");
	expect("SELECT role FROM evidence WHERE position = 2",
	       "thread 100 'main', inside of the on_message callback, has waited 20.00 s for the "
	       "mutex 0x20 at");
}

Test(hang, a_thread_without_a_name_is_known_by_what_it_runs)
{
	int64_t worker = WORKER(.tid = 101, .runs = "send_all");
	int64_t one = STAND(.wait = "mutex", .subject = 0x20, .in = "reset");
	int64_t other = STAND(.tid = 101, .thread = worker, .wait = "mutex", .subject = 0x10,
			      .in = "on_message");

	in("send_all");
	has(one, 0x10, "hang_up");
	has(other, 0x20, "begin");
	judge();
	expect_message("thread 100 'main' waits for the mutex 0x20 that thread 101 (send_all) "
		       "holds, which waits for the mutex 0x10 that thread 100 'main' holds");
}

static void circle_of_workers(const char *first, const char *second)
{
	int64_t one = STAND(.tid = 101, .wait = "mutex", .subject = 0x20, .in = first);
	int64_t other = STAND(.tid = 102, .wait = "mutex", .subject = 0x10, .in = second);

	has(one, 0x10, "take");
	has(other, 0x20, "take");
	judge();
}

Test(hang, a_circle_has_one_culprit_whichever_thread_came_first)
{
	const char *culprit;

	circle_of_workers("left", "right");
	culprit = ask("SELECT culprit_function || fingerprint FROM finding");
	rows_end();
	begin();
	circle_of_workers("right", "left");
	expect("SELECT culprit_function || fingerprint FROM finding", culprit);
}

Test(hang, a_circle_of_three_is_told_in_its_order)
{
	int64_t one = STAND(.tid = 100, .wait = "mutex", .subject = 0x20, .in = "a");
	int64_t two = STAND(.tid = 101, .wait = "mutex", .subject = 0x30, .in = "b");
	int64_t three = STAND(.tid = 102, .wait = "mutex", .subject = 0x10, .in = "c");

	has(one, 0x10, "take");
	has(two, 0x20, "take");
	has(three, 0x30, "take");
	judge();
	expect_message("thread 100 'main' waits for the mutex 0x20 that thread 101 holds, which "
		       "waits for the mutex 0x30 that thread 102 holds, which waits for the mutex "
		       "0x10 that thread 100 'main' holds");
}

Test(hang, a_join_by_who_holds_what_the_joined_wants_is_a_circle)
{
	int64_t worker = WORKER(.tid = 101, .name = "worker");
	int64_t one = STAND(.wait = "join", .target = worker, .in = "stop", .since = JUST_NOW);

	has(one, 0x10, "stop");
	STAND(.tid = 101, .thread = worker, .wait = "mutex", .subject = 0x10, .in = "work");
	judge();
	expect_findings("teardown-deadlock broken thread thread 1 stop");
	expect_message("thread 100 'main' waits for the end of thread 101 'worker', which waits "
		       "for the mutex 0x10 that thread 100 'main' holds");
}

Test(hang, a_thread_that_joins_itself_never_ends)
{
	int64_t worker = WORKER(.tid = 101, .name = "worker");

	STAND(.tid = 101, .thread = worker, .wait = "join", .target = worker, .in = "thread_join");
	judge();
	expect_findings("teardown-deadlock broken thread thread 1 thread_join");
	expect_message("thread 101 'worker' waits for the end of itself");
}

Test(hang, a_mutex_taken_twice_by_one_thread_is_a_circle_of_one)
{
	int64_t one = STAND(.wait = "mutex", .subject = 0x10, .in = "inner");

	has(one, 0x10, "outer");
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 inner");
	expect_message("thread 100 'main' waits for the mutex 0x10 that it holds itself");
}

Test(hang, what_the_program_says_that_it_waits_for_and_runs_elsewhere_closes_a_circle)
{
	int64_t timer = PUT(.kind = "timer", .class_name = "question", .made_in = "arm",
			    .died = 40 * SECOND, .ending = "fired");
	int64_t one = STAND(.wait = "condition", .subject = 0x99, .in = "await_quiet",
			    .told_kind = "timer", .told = timer, .told_text = "quiet");
	int64_t other = STAND(.tid = 101, .wait = "mutex", .subject = 0x10, .in = "ring");

	cr_assert_eq(trace_execute(trace, "UPDATE resource SET death_tid = 101"), 0);
	has(one, 0x10, "answer");
	(void)other;
	judge();
	expect_findings("teardown-deadlock broken timer question 1 await_quiet");
	expect_message("thread 100 'main' waits for the question timer (quiet), which runs on "
		       "thread 101, which waits for the mutex 0x10 that thread 100 'main' holds");
}

Test(hang, who_waits_for_the_callback_that_it_is_inside_of_waits_for_ever)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "event", .made_in = "arm");
	int64_t one = STAND(.wait = "condition", .subject = 0x99, .in = "strand_finish",
			    .told_kind = "callback", .told = callback, .since = JUST_NOW);

	is_inside(one, callback, false);
	judge();
	expect_findings("teardown-deadlock broken callback event 1 strand_finish");
	expect_message("thread 100 'main' waits for the event callback, which it is inside of "
		       "itself");
}

Test(hang, a_callback_that_waits_for_what_its_whole_pool_should_do_starves_it)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "on_message", .made_in = "arm");
	int64_t other = PUT(.kind = "callback", .class_name = "on_message", .made_in = "arm");
	int64_t first = WORKER(.tid = 101, .name = "worker 1"),
		second = WORKER(.tid = 102, .name = "worker 2");
	int64_t one = STAND(.tid = 101, .thread = first, .wait = "condition", .subject = 0x91,
			    .in = "gate_await");
	int64_t two = STAND(.tid = 102, .thread = second, .wait = "condition", .subject = 0x92,
			    .in = "gate_await");

	STAND(.wait = "mutex", .subject = 0x10, .in = "callback_set");
	has(one, 0x10, "begin");
	is_inside(one, callback, false);
	is_inside(two, other, false);
	judge();
	expect_findings("teardown-deadlock broken callback on_message 1 gate_await");
	expect_message("thread 100 'main' waits for the mutex 0x10 that thread 101 'worker 1' "
		       "holds, which waits for the condition 0x91: so do all 2 threads of its "
		       "pool, inside of callbacks, and none is left that could go on");
}

Test(hang, a_pool_of_which_one_is_idle_is_not_starved)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "on_message", .made_in = "arm");
	int64_t first = WORKER(.tid = 101, .name = "worker 1"),
		second = WORKER(.tid = 102, .name = "worker 2");
	int64_t one = STAND(.tid = 101, .thread = first, .wait = "condition", .subject = 0x91,
			    .in = "gate_await");

	STAND(.tid = 102, .thread = second, .wait = "condition", .subject = 0x92, .in = "next");
	STAND(.wait = "mutex", .subject = 0x10, .in = "callback_set");
	has(one, 0x10, "begin");
	is_inside(one, callback, false);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 callback_set");
}

Test(hang, a_close_on_a_thread_that_the_close_joins_waits_for_itself)
{
	int64_t library = closing_scope("library");
	int64_t worker = WORKER(.tid = 101, .name = "worker 1", .owner = library);
	int64_t cleaner = WORKER(.tid = 102, .name = "cleaner", .runs = "clean");
	int64_t one = STAND(.tid = 101, .thread = worker, .wait = "condition", .subject = 0x91,
			    .in = "await_change");

	STAND(.tid = 102, .thread = cleaner, .wait = "join", .target = worker, .in = "thread_join");
	is_inside(one, library, true);
	judge();
	expect_findings("teardown-deadlock broken thread thread 1 thread_join");
	expect_message("close of library hangs: thread 101 'worker 1' waits for the condition "
		       "0x91, while thread 102 'cleaner' waits for the end of that thread");
}

Test(hang, a_close_inside_of_a_callback_of_what_it_closes_waits_for_itself)
{
	int64_t connection = closing_scope("connection");
	int64_t callback = PUT(.kind = "callback", .class_name = "on_message", .made_in = "arm",
			       .owner = connection);
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "drain");

	is_inside(one, connection, true);
	is_inside(one, callback, false);
	judge();
	expect_findings("teardown-deadlock broken callback on_message 1 drain");
	expect_message("close of connection hangs: thread 100 'main' waits for the condition "
		       "0x91: inside of a callback, on_message, of what it closes, which has to "
		       "return first");
}

Test(hang, a_close_that_waits_for_what_nobody_releases_names_it_and_who_keeps_it)
{
	int64_t library = closing_scope("library");
	int64_t memory = PUT(.kind = "object", .class_name = "library", .owner = library, .refs = 1,
			     .made_in = "start");
	int64_t channel =
		PUT(.kind = "object", .class_name = "channel", .refs = 1, .made_in = "open");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await_change");

	hold(memory, channel, "token", 1, 0, "keep");
	hold(channel, 0, "user", 1, 0, "get_channel");
	is_inside(one, library, true);
	judge();
	expect_findings("teardown-deadlock broken object channel 1 await_change");
	expect_message("close of library hangs: thread 100 'main' waits for the condition 0x91: "
		       "nobody releases a channel, with 1 reference never released (user 1)");
	expect_chain("thread 100 'main' has waited 20.00 s for the condition 0x91 at await_change\n"
		     "it is kept by a channel, created at open\n"
		     "held by \"user\": 0 of 1 released, taken at get_channel\n"
		     "the close of library began 20.00 s before the end, on thread 100 'main', at");
	expect("SELECT group_concat(rule) FROM (SELECT rule FROM cause ORDER BY rule)",
	       "ref-leak,scope-unclosed");
}

Test(hang, a_close_that_says_what_it_waits_for_is_told_by_that)
{
	int64_t library = closing_scope("library");
	int64_t timer = PUT(.kind = "timer", .class_name = "linger", .made_in = "arm");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await_quiet",
			    .told_kind = "timer", .told = timer);

	PUT(.kind = "object", .class_name = "library", .owner = library, .refs = 1,
	    .made_in = "start");
	is_inside(one, library, true);
	judge();
	expect_findings("teardown-deadlock broken timer linger 1 await_quiet");
	expect_message("close of library hangs: thread 100 'main' waits for the linger timer");
}

Test(hang, a_close_that_waits_for_a_silent_peer_names_the_descriptor)
{
	int64_t connection = closing_scope("connection");
	int64_t fd = PUT(.kind = "fd", .class_name = "tcp", .made_in = "dial", .subject = 7);
	int64_t one = STAND(.wait = "descriptor", .subject = 7, .target = fd, .in = "await_bye");

	is_inside(one, connection, true);
	judge();
	expect_findings("teardown-deadlock broken fd tcp 1 await_bye");
	expect_message("close of connection hangs: thread 100 'main' waits for something to come "
		       "on descriptor 7, and nothing has come for 20.0 s");
}

Test(hang, who_waits_for_a_lock_of_one_that_is_never_woken_hangs)
{
	int64_t one = STAND(.tid = 101, .wait = "condition", .subject = 0x91, .in = "send_one");

	STAND(.wait = "mutex", .subject = 0x10, .in = "hang_up");
	has(one, 0x10, "send_all");
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 hang_up");
	expect_message(
		"thread 100 'main' waits for the mutex 0x10 that thread 101 holds, which "
		"waits for the condition 0x91, and no thread can wake it: all 2 threads of the "
		"process wait");
}

Test(hang, a_waker_that_is_gone_is_named)
{
	int64_t library = closing_scope("library");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await_stop");

	WORKER(.tid = 101, .name = "poller", .ending = "joined");
	woken_by(0x91, 101, 20 * SECOND);
	is_inside(one, library, true);
	judge();
	expect_message("close of library hangs: thread 100 'main' waits for the condition 0x91; "
		       "who woke it last, thread 101 'poller', has ended");
}

Test(hang, a_lock_of_a_thread_that_ended_is_never_given_back)
{
	int64_t one;

	WORKER(.tid = 101, .name = "worker", .ending = "joined");
	one = STAND(.tid = 101, .unknown_since = true);
	has(one, 0x10, "work");
	STAND(.wait = "mutex", .subject = 0x10, .in = "stop");
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 stop");
	expect_message("thread 100 'main' waits for the mutex 0x10 that thread 101 'worker' "
		       "holds, which has ended, and never gave it back");
}

Test(hang, a_join_at_the_programs_end_of_who_is_never_woken_hangs)
{
	int64_t worker = WORKER(.tid = 101, .name = "worker");

	STAND(.wait = "join", .target = worker, .in = "stop_pool");
	STAND(.tid = 101, .thread = worker, .wait = "condition", .subject = 0x91, .in = "next");
	exit_begun(100, LONG_AGO);
	judge();
	expect_findings("teardown-deadlock broken lock condition 1 stop_pool");
	expect_message(
		"the program's end hangs: thread 100 'main' waits for the end of thread "
		"101 'worker', which waits for the condition 0x91, and no thread can wake it: all "
		"2 threads of the process wait");
}

Test(hang, of_a_process_that_runs_on_times_are_counted_from_now)
{
	int64_t library, one;

	rows_end();
	rows_begin_as("running");
	library = closing_scope("library");
	one = STAND(.wait = "signal", .in = "sigwait");
	is_inside(one, library, true);
	judge();
	expect_message("close of library hangs: thread 100 'main' waits for a signal, and none "
		       "has come for 20.0 s");
	expect("SELECT role FROM evidence WHERE position = 1",
	       "the close of library began 20.00 s ago, on thread 100 'main', at");
}

Test(hang, who_waits_for_a_circle_is_told_with_it)
{
	int64_t library = closing_scope("library");
	int64_t closer = STAND(.tid = 105, .wait = "mutex", .subject = 0x10, .in = "cleanup");

	is_inside(closer, library, true);
	two_locks(0);
	judge();
	expect("SELECT count(*) || ' ' || substr(message, 1, 40) FROM finding",
	       "1 close of library hangs: thread 100 'main");
	expect("SELECT role FROM evidence WHERE position = 4",
	       "thread 105 has waited 20.00 s for the mutex 0x10 at");
}

Test(hang, what_may_follow_from_a_circle_is_no_finding_of_its_own)
{
	int64_t library = closing_scope("library");
	int64_t closer = STAND(.tid = 105, .wait = "condition", .subject = 0x77, .in = "cleanup");

	is_inside(closer, library, true);
	two_locks(0);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 reset");
	expect("SELECT role FROM evidence WHERE position = 4",
	       "thread 105 has waited 20.00 s for the condition 0x77 at");
}

Test(hang, two_circles_are_two_findings)
{
	int64_t one = STAND(.tid = 103, .wait = "mutex", .subject = 0x40, .in = "left");
	int64_t other = STAND(.tid = 104, .wait = "mutex", .subject = 0x30, .in = "right");

	has(one, 0x30, "take");
	has(other, 0x40, "take");
	two_locks(0);
	judge();
	expect("SELECT count(*) FROM finding", "2");
}

Test(hang, what_a_hung_process_had_left_is_nothing_by_itself)
{
	PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",
	    .made_in = "connect");
	udp(0);
	two_locks(0);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 reset");
}

Test(hang, what_was_leaked_before_it_hung_is_told_beside)
{
	candidate(CLOSED_CONNECTION);
	two_locks(0);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 reset\n"
			"ref-leak leaked object Candidate 1 gather");
}

Test(hang, what_could_not_end_since_it_hung_is_not_leaked)
{
	int64_t connection =
		PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",
		    .close = LONG_AGO - 1000, .closed = LONG_AGO, .made_in = "connect");

	candidate(connection);
	two_locks(0);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 reset");
}

Test(hang, where_records_were_lost_nothing_is_decided)
{
	two_locks(0);
	cr_assert_eq(trace_put_note(trace, process, "lost-spool-full", "LOST", 1, "lost"), 0);
	judge();
	expect("SELECT state FROM finding", "recheck");
}

Test(hang, plumbing_is_to_blame_where_it_waits)
{
	int64_t stack, location;
	uint64_t addresses[] = {0x101, 0x102};
	int64_t one = STAND(.wait = "mutex", .subject = 0x10, .in = "file");

	has(one, 0x10, "take");
	cr_assert_eq(trace_add_stack(trace, process, 0x77, 1, addresses, 2, &stack), 0);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(trace_location(trace, "/opt/program", "", addresses[i], &location), 0);
		cr_assert_eq(trace_add_frame(trace, location, 0, i == 0 ? "callback_set" : "stop",
					     i == 0 ? "run/callback.c" : "main.c", 7),
			     0);
		cr_assert_eq(trace_add_stack_frame(trace, stack, i, location), 0);
	}
	cr_assert_eq(trace_add_plumbing(trace, "run/callback.c"), 0);
	cr_assert_eq(trace_execute(trace, "UPDATE standing SET stack_id = (SELECT id FROM stack "
					  "WHERE hash = 119)"),
		     0);
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 callback_set");
}

Test(hang, a_closing_scope_that_hangs_is_told_once_though_the_program_exited)
{
	int64_t library, one;

	rows_end();
	rows_begin();
	library = closing_scope("library");
	one = STAND(.tid = 101, .wait = "condition", .subject = 0x91, .in = "await_change");
	is_inside(one, library, true);
	judge();
	expect_findings("teardown-deadlock broken lock condition 1 await_change");
}

Test(hang, where_nobody_is_left_who_could_wake_anybody_all_hang)
{
	int64_t worker = WORKER(.tid = 101, .name = "worker");

	STAND(.wait = "condition", .subject = 0x77, .in = "await_all");
	STAND(.tid = 101, .thread = worker, .wait = "futex", .subject = 0x91, .in = "get");
	judge();
	expect_findings("teardown-deadlock broken lock condition 1 await_all");
	expect_message("thread 100 'main' waits for the condition 0x77, and no thread can wake it: "
		       "all 2 threads of the process wait");
	expect_chain("thread 100 'main' has waited 20.00 s for the condition 0x77 at await_all\n"
		     "thread 101 'worker' has waited 20.00 s for the futex 0x91 at get");
}

Test(hang, a_semaphore_may_be_posted_by_a_signals_handler)
{
	STAND(.wait = "semaphore", .subject = 0x77, .in = "await_stop");
	judge();
	expect_findings("teardown-deadlock suspect lock semaphore 1 await_stop");
}

Test(hang, but_hardly_one_that_is_awaited_with_a_lock_in_hand)
{
	int64_t one = STAND(.tid = 101, .wait = "semaphore", .subject = 0x91, .in = "next");

	has(one, 0x10, "prepare");
	STAND(.wait = "mutex", .subject = 0x10, .in = "serve");
	judge();
	expect_findings("teardown-deadlock broken lock mutex 1 serve");
}

Test(hang, a_thread_of_which_nobody_knows_where_it_stands_may_wake_others)
{
	WORKER(.tid = 101, .name = "worker");
	STAND(.wait = "condition", .subject = 0x77, .in = "await_all");
	judge();
	expect("SELECT message FROM finding WHERE rule = 'teardown-deadlock'", "none");
}

Test(hang, a_process_that_has_just_come_to_a_halt_is_not_one_that_hangs)
{
	STAND(.wait = "condition", .subject = 0x77, .in = "await_all", .since = JUST_NOW);
	judge();
	expect_findings("none");
}

Test(hang, a_lock_of_which_nobody_knows_the_holder_may_be_another_processs)
{
	STAND(.wait = "mutex", .subject = 0x10, .in = "work");
	judge();
	expect_findings("none");
}
