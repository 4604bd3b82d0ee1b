/* SPDX-License-Identifier: Apache-2.0 */
/* What a verdict says of how a program ended. */
#include "written.inc.c"

#include <report/ending.h>
#include <signal.h>

static struct trace *trace;
static char said[REPORT_ENDING_BYTES];

static void begin(void)
{
	trace = make_trace(3);
	execute(trace, "UPDATE process SET start_ns = 0, end_ns = 1200000000, exit_begun_ns = 1");
	cr_assert_eq(trace_set_meta(trace, "engine", "shim"), 0);
}

static void finish(void)
{
	trace_close(trace);
}

TestSuite(ending, .init = begin, .fini = finish);

static const char *say(bool failed)
{
	struct report_ending ending;

	cr_assert_eq(report_ending_read(trace, &ending), 0);
	report_ending_say(&ending, failed, said);
	return said;
}

static void ends(const char *end, int code)
{
	execute(trace, "UPDATE process SET end = '%s', code = %d", end, code);
}

Test(ending, in_order_there_is_nothing_to_say)
{
	ends("exit", 3);
	cr_expect_str_eq(say(false), "");
	cr_expect_str_eq(say(true), "");
}

Test(ending, each_signal_has_its_words)
{
	ends("signal", SIGKILL);
	cr_expect_str_eq(say(false), "the program was killed by SIGKILL after 1.2 s: only what it "
				     "did until then is judged");
	ends("signal", SIGSEGV);
	cr_expect_str_eq(say(false), "the program crashed by SIGSEGV after 1.2 s: only what it did "
				     "until then is judged");
	ends("signal", SIGTERM);
	cr_expect_str_eq(say(false), "the program was ended by SIGTERM after 1.2 s: only what it "
				     "did until then is judged");
	ends("signal", 70);
	cr_expect_str_eq(say(false), "the program was killed by signal 70 after 1.2 s: only what "
				     "it did until then is judged");
}

Test(ending, want_of_memory_explains_a_kill_and_nothing_else)
{
	cr_assert_eq(trace_set_meta(trace, "oom_kills", "1"), 0);
	ends("signal", SIGKILL);
	cr_expect_str_eq(say(false), "the program was killed by SIGKILL after 1.2 s, when the "
				     "kernel had no memory left: only what it did until then is "
				     "judged");
	ends("signal", SIGSEGV);
	cr_expect_null(strstr(say(false), "memory"));
	ends("exit", 0);
	cr_expect_str_eq(say(false), "");
}

Test(ending, a_death_that_nobody_saw_is_one_too)
{
	ends("unknown", 0);
	cr_expect_str_eq(say(false), "the program was killed or crashed after 1.2 s: only what it "
				     "did until then is judged");
}

Test(ending, what_runs_on_was_seen_until_the_recording_ended)
{
	execute(trace, "UPDATE process SET end = 'running', end_ns = NULL, code = NULL");
	cr_assert_eq(trace_set_meta(trace, "ended_ns", "2500000000"), 0);
	cr_expect_str_eq(say(false), "the program was still running after 2.5 s: only what it did "
				     "until then is judged");
}

Test(ending, a_timeout_is_told_however_the_program_took_it)
{
	cr_assert_eq(trace_set_meta(trace, "timeout_s", "2.0"), 0);
	ends("exit", 0);
	cr_expect_str_eq(say(false), "--timeout ended the program after 2.0 s: only what it did "
				     "until then is judged");
}

Test(ending, without_exit_functions_matters_where_something_is_left)
{
	ends("exit", 0);
	execute(trace, "UPDATE process SET exit_begun_ns = NULL");
	cr_expect_str_eq(say(false), "");
	cr_expect_str_eq(say(true), "the program ended by _exit or with its last thread, so that "
				    "none of its exit functions ran");
	cr_assert_eq(trace_set_meta(trace, "engine", "probes"), 0);
	cr_expect_str_eq(say(true), "", "probes do not tell it from an exit");
}

static void add_other(int32_t pid, const char *origin, const char *end)
{
	struct trace_process other = {.pid = pid,
				      .ppid = 42,
				      .image = pid == 42,
				      .origin = origin,
				      .exe = "/bin/other",
				      .command = "other",
				      .start_ns = 5,
				      .end = end,
				      .code = INT32_MIN};

	cr_assert_eq(trace_put_process(trace, &other), 0);
}

Test(ending, of_those_that_it_had_started_the_killed_are_counted)
{
	ends("exit", 0);
	add_other(50, "fork", "unknown");
	cr_expect_str_eq(say(false), "1 process that it had started was killed or crashed: of them "
				     "only what they did until then is judged");
	add_other(51, "fork", "signal");
	add_other(52, "fork", "exit");
	execute(trace, "UPDATE process SET end = 'signal', code = 9 WHERE pid = 42");
	cr_expect_str_eq(say(false), "the program was killed by SIGKILL after 1.2 s, and 2 "
				     "processes that it had started were killed or crashed: only "
				     "what it did until then is judged");
}

Test(ending, the_last_image_of_the_program_counts)
{
	ends("exec", 0);
	add_other(42, "start", "unknown");
	execute(trace, "UPDATE process SET end_ns = 1200000000");
	cr_expect_str_eq(say(true), "the program was killed or crashed after 1.2 s: only what it "
				    "did until then is judged");
}

Test(ending, what_a_log_says_of_a_process_is_no_end_of_it)
{
	ends("exit", 0);
	add_other(42, "import", "unknown");
	cr_expect_str_eq(say(true), "");
}
