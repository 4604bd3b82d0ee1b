/* SPDX-License-Identifier: Apache-2.0 */
/* The line of each thread of a process that somebody asks about. */
#include <signal.h>

#include "written.inc.c"

static const struct report_task worker = {.tid = 43, .name = "worker", .state = 'S'};

static void add_standing(struct trace *trace, int tid, const char *values)
{
	execute(trace,
		"INSERT INTO standing (process_id, tid, time_ns, timed, wait, subject, since_ns, "
		"stack_id) VALUES (1, %d, 20000000000, %s)",
		tid, values);
}

static const struct report_task pair[] = {
	{.tid = 43, .name = "worker", .state = 'S'},
	{.tid = 44, .name = "other", .state = 'S'},
};

/* Of the trace's process, which is closed. */
static void write_line(struct trace *trace, const struct report_task *tasks, size_t count)
{
	struct report *report = read_report(trace, NULL);
	struct report_style plain = {0};
	FILE *stream = open_text();

	cr_assert_eq(report_read_threads(report, trace, 42), 0);
	cr_assert_eq(report_text_threads(stream, report, tasks, count, &plain), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
}

static void write_lines(struct trace *trace, const struct report_task *task)
{
	write_line(trace, task, 1);
}

/* One that was ended so, with a first thread that waits and two workers that do so alike. */
static struct trace *make_ended(const char *end, int code)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE process SET end = '%s', code = %d", end, code);
	add_standing(trace, 43, "0, 'condition', 4096, 17500000000, 1");
	add_standing(trace, 44, "0, 'condition', 8192, 17500000000, 1");
	add_standing(trace, 42, "0, 'join', 4096, 17000000000, NULL");
	return trace;
}

static const char stood[] = "  where its threads stood\n"
			    "    thread 42 \"main\"  waited 3.0 s for the end of a thread\n"
			    "    thread 43 and 1 like it  waited 2.5 s for the condition  at "
			    "open_media_socket  /src/session.c:42\n";
static const struct report_style plain_style = {0};

Test(threads, who_was_ended_has_told_where_its_threads_stood_and_equal_ones_once)
{
	write_text(make_ended("signal", SIGSEGV), &plain_style, NULL);
	expect(stood);
	write_text(make_ended("signal", SIGTERM), &plain_style, NULL);
	expect(stood);
}

Test(threads, who_ended_by_itself_has_not)
{
	write_text(make_ended("exit", 0), &plain_style, NULL);
	expect_not("stood");
}

Test(threads, unless_it_did_when_it_was_told_by_the_timeout)
{
	struct trace *trace = make_ended("exit", 0);

	cr_assert_eq(trace_set_meta(trace, "timeout_s", "3.0"), 0);
	write_text(trace, &plain_style, NULL);
	expect(stood);
}

Test(threads, what_a_finding_tells_is_not_told_again)
{
	struct trace *trace = make_ended("signal", SIGTERM);

	execute(trace, "UPDATE finding SET rule = 'teardown-deadlock'");
	write_text(trace, &plain_style, NULL);
	expect_not("stood");
}

Test(threads, who_is_just_told_to_end_gets_few_lines)
{
	struct trace *trace = make_ended("signal", SIGTERM);

	for (int tid = 50; tid < 60; tid++) {
		char values[64];

		snprintf(values, sizeof(values), "0, 'mutex', %d, NULL, NULL", 4096 * tid);
		add_standing(trace, tid, values);
		execute(trace, "UPDATE standing SET told_text = 'job %d' WHERE tid = %d", tid, tid);
	}
	write_text(trace, &plain_style, NULL);
	expect("    +9 more (--full-stacks shows them)\n");
}

Test(threads, a_machine_gets_each_with_whom_it_waits_for)
{
	struct trace *trace = make_ended("signal", SIGTERM);

	execute(trace, "UPDATE resource SET kind = 'thread', tid = 45, name = 'net' WHERE id = 1");
	execute(trace, "UPDATE standing SET target_id = 1 WHERE tid = 42");
	write_json(trace, NULL);
	expect("\"waits_for_tid\":45");
	expect("\"wait\":\"join\"");
	expect("\"subject\":\"0x2000\"");
	expect("\"waited_ns\":2500000000");
}

Test(threads, a_thread_that_waits_says_for_what_since_when_and_where)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'condition', 4096, 17500000000, 1");
	write_lines(trace, &worker);
	cr_expect_str_eq(text, "  thread 43 \"worker\"  waits 2.5 s for the condition 0x1000  at "
			       "open_media_socket  /src/session.c:42\n");
}

Test(threads, who_holds_the_lock_is_named)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'write-lock', 4096, NULL, NULL");
	add_standing(trace, 44, "0, NULL, NULL, NULL, NULL");
	execute(trace, "INSERT INTO held (standing_id, position, lock, mode, depth) SELECT id, 0, "
		       "4096, 'read-lock', 1 FROM standing WHERE tid = 44");
	write_line(trace, pair, 2);
	cr_expect_str_eq(text,
			 "  thread 43 \"worker\"  waits for the lock, to write 0x1000, that thread "
			 "44 holds\n"
			 "  thread 44 \"other\"  sleeps, in a call that is not followed, holds 1 "
			 "lock\n");
}

Test(threads, a_holder_that_is_gone_is_said_to_have_ended)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'mutex', 4096, NULL, NULL");
	add_standing(trace, 44, "0, NULL, NULL, NULL, NULL");
	execute(trace, "INSERT INTO held (standing_id, position, lock, mode, depth) SELECT id, 0, "
		       "4096, 'mutex', 1 FROM standing WHERE tid = 44");
	write_lines(trace, &worker);
	cr_expect_str_eq(text, "  thread 43 \"worker\"  waits for the mutex 0x1000 that thread 44 "
			       "took, which has ended\n");
}

Test(threads, a_descriptor_that_was_closed_meanwhile_says_so)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE resource SET death_ns = 18000000000, death_stack = 1 WHERE "
		       "subject = 7");
	add_standing(trace, 43, "0, 'descriptor', 7, 17000000000, NULL");
	write_lines(trace, &worker);
	cr_expect_str_eq(text, "  thread 43 \"worker\"  waits 3.0 s for something to come on "
			       "descriptor 7, which was closed 2.0 s before (at open_media_socket  "
			       "/src/session.c:42)\n");
}

Test(threads, a_lock_that_nobody_is_known_to_hold_has_no_comma_behind_it)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "1, 'read-lock', 4096, NULL, NULL");
	write_lines(trace, &worker);
	cr_expect_str_eq(
		text,
		"  thread 43 \"worker\"  waits for the lock, to read 0x1000, but not for ever\n");
}

Test(threads, the_thread_that_is_joined_is_named)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'join', 4096, NULL, NULL");
	execute(trace, "UPDATE resource SET kind = 'thread', tid = 45, name = 'net' WHERE id = 1");
	execute(trace, "UPDATE standing SET target_id = 1");
	write_lines(trace, &worker);
	cr_expect_str_eq(text, "  thread 43 \"worker\"  waits for the end of thread 45 \"net\"\n");
}

Test(threads, a_descriptor_has_its_number_and_what_the_program_says_is_told)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'descriptor', 7, NULL, NULL");
	execute(trace, "UPDATE standing SET told_kind = 'timer', told_text = 'its ring'");
	write_lines(trace, &worker);
	cr_expect_str_eq(text,
			 "  thread 43 \"worker\"  waits for something to come on descriptor 7 "
			 "(its ring)\n");
}

Test(threads, one_of_which_nothing_is_known_is_as_the_kernel_says)
{
	const struct report_task runs = {.tid = 9, .name = "busy", .state = 'R'};

	write_lines(make_trace(3), &worker);
	cr_expect_str_eq(text, "  thread 43 \"worker\"  sleeps, in a call that is not followed\n");
	write_lines(make_trace(3), &runs);
	cr_expect_str_eq(text, "  thread 9 \"busy\"  runs\n");
}

Test(threads, locks_that_it_holds_are_counted)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, NULL, NULL, NULL, NULL");
	execute(trace, "INSERT INTO held (standing_id, position, lock, mode, depth) VALUES "
		       "(1, 0, 4096, 'mutex', 1), (1, 1, 4160, 'mutex', 1)");
	write_lines(trace, &worker);
	cr_expect_str_eq(
		text,
		"  thread 43 \"worker\"  sleeps, in a call that is not followed, holds 2 locks\n");
}

Test(threads, a_lock_that_it_holds_itself_is_said_to_be)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'mutex', 4096, NULL, NULL");
	execute(trace,
		"INSERT INTO held (standing_id, position, lock, mode, depth, stack_id) VALUES "
		"(1, 0, 4096, 'mutex', 1, 1)");
	write_lines(trace, &worker);
	cr_expect_str_eq(text, "  thread 43 \"worker\"  waits for the mutex 0x1000, that it holds "
			       "itself, holds 1 lock (taken at open_media_socket  "
			       "/src/session.c:42)\n");
}

Test(threads, a_first_thread_of_which_nothing_is_known_is_not_left_out)
{
	struct trace *trace = make_ended("signal", SIGTERM);

	execute(trace, "DELETE FROM standing WHERE tid = 42");
	write_text(trace, &plain_style, NULL);
	expect("stood\n    thread 42 \"main\"  in no wait that is followed\n    thread 43");
}

Test(threads, who_is_held_back_at_the_end_of_the_program_is_named_as_that)
{
	struct report_task tasks[] = {pair[0], pair[1]};

	tasks[1].is_held_back = true;
	write_line(make_trace(3), tasks, 2);
	expect("thread 43 \"worker\"  sleeps, in a call that is not followed\n");
	expect("thread 44 \"other\"  ends the program: rtctrack holds it back until what was "
	       "closed is over (--settle)\n");
}
