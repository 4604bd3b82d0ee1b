/* SPDX-License-Identifier: Apache-2.0 */
/* The line that says how the program ended, where it did not end in order. */
#include "written.inc.c"

/* The line below the first. */
static const char *second_line(const char *end, int code, const char *timeout_s)
{
	struct trace *trace = make_trace(3);
	struct report_style plain = {0};
	char *line;

	execute(trace, "UPDATE process SET end = '%s', code = %d", end, code);
	if (timeout_s)
		cr_assert_eq(trace_set_meta(trace, "timeout_s", timeout_s), 0);
	write_text(trace, &plain, NULL);
	line = strchr(text, '\n') + 1;
	*strchr(line, '\n') = '\0';
	return line;
}

Test(end, a_signal_is_named_before_the_findings)
{
	cr_expect_str_eq(
		second_line("signal", 11, NULL),
		"  killed by SIGSEGV (Segmentation fault): what was merely alive then is not "
		"judged as leaked");
	cr_expect_str_eq(
		second_line("signal", 70, NULL),
		"  killed by signal 70: what was merely alive then is not judged as leaked");
}

Test(end, a_death_that_nobody_saw_is_told)
{
	cr_expect_str_eq(second_line("unknown", 0, NULL),
			 "  killed or crashed: what was merely alive then is not judged as leaked");
}

Test(end, a_timeout_says_after_how_long)
{
	cr_expect_str_eq(
		second_line("signal", 15, "2.0"),
		"  ended by --timeout after 2.0 s, killed by SIGTERM (Terminated): what was "
		"merely alive then is not judged as leaked");
	cr_expect_str_eq(
		second_line("exit", 0, "2.0"),
		"  ended by --timeout after 2.0 s: it may have been in the middle of its work");
}

Test(end, an_orderly_end_is_no_line)
{
	cr_expect_str_eq(second_line("exit", 1, NULL), "");
}

Test(end, of_a_command_that_became_another_the_last_counts)
{
	struct trace *trace = make_trace(3);
	struct trace_process last = {.pid = 42,
				     .ppid = 1,
				     .parent_id = 1,
				     .image = 1,
				     .origin = "start",
				     .exe = "/opt/bin/crash",
				     .command = "crash",
				     .start_ns = 11 * SECOND,
				     .end = "signal",
				     .code = 6};
	struct report_style plain = {0};

	execute(trace, "UPDATE process SET end = 'exec'");
	cr_assert_eq(trace_put_process(trace, &last), 0);
	write_text(trace, &plain, NULL);
	expect("\n  killed by SIGABRT (Aborted): ");
}
