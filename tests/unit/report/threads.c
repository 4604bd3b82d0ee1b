/* SPDX-License-Identifier: Apache-2.0 */
/* The line of each thread of a process that somebody asks about. */
#include "written.inc.c"

static const struct report_task worker = {.tid = 43, .name = "worker", .state = 'S'};

static void add_standing(struct trace *trace, int tid, const char *values)
{
	execute(trace,
		"INSERT INTO standing (process_id, tid, time_ns, timed, wait, subject, since_ns, "
		"stack_id) VALUES (1, %d, 20000000000, %s)",
		tid, values);
}

/* Of the trace's process, which is closed. */
static void write_lines(struct trace *trace, const struct report_task *task)
{
	struct report *report = read_report(trace, NULL);
	struct report_style plain = {0};
	FILE *stream = open_text();

	cr_assert_eq(report_read_threads(report, trace, 42), 0);
	cr_assert_eq(report_text_threads(stream, report, task, 1, &plain), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
}

Test(threads, a_thread_that_waits_says_for_what_since_when_and_where)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'condition', 4096, 17500000000, 1");
	write_lines(trace, &worker);
	cr_expect_str_eq(text, "  thread 43 \"worker\"  waits 2.5 s for the condition  at "
			       "open_media_socket  /src/session.c:42\n");
}

Test(threads, who_holds_the_lock_is_named)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "0, 'write-lock', 4096, NULL, NULL");
	add_standing(trace, 44, "0, NULL, NULL, NULL, NULL");
	execute(trace, "INSERT INTO held (standing_id, position, lock, mode, depth) SELECT id, 0, "
		       "4096, 'read-lock', 1 FROM standing WHERE tid = 44");
	write_lines(trace, &worker);
	cr_expect_str_eq(text,
			 "  thread 43 \"worker\"  waits for the lock, to write, that thread 44 "
			 "holds\n");
}

Test(threads, a_lock_that_nobody_is_known_to_hold_has_no_comma_behind_it)
{
	struct trace *trace = make_trace(3);

	add_standing(trace, 43, "1, 'read-lock', 4096, NULL, NULL");
	write_lines(trace, &worker);
	cr_expect_str_eq(text,
			 "  thread 43 \"worker\"  waits for the lock, to read, but not for ever\n");
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
