/* SPDX-License-Identifier: Apache-2.0 */
/* How several programs ended that one verdict is about. */
#include <criterion/criterion.h>
#include <ending.h>
#include <signal.h>
#include <store/trace.h>

static struct endings endings;
static char said[REPORT_ENDING_BYTES];

static void add(const char *end)
{
	struct trace *trace;
	struct trace_process process = {.pid = 42,
					.ppid = 1,
					.origin = "start",
					.exe = "/bin/program",
					.command = "program",
					.start_ns = 1,
					.end_ns = 2000000001,
					.end = end,
					.code = SIGKILL,
					.exit_begun_ns = 7};

	cr_assert_eq(trace_create(NULL, &trace), 0);
	cr_assert_eq(trace_put_process(trace, &process), 0);
	cr_assert_eq(endings_add(&endings, trace), 0);
	trace_close(trace);
}

static const char *say(void)
{
	endings_say(&endings, true, said);
	return said;
}

Test(endings, of_none_there_is_nothing_to_say)
{
	cr_expect_str_eq(say(), "");
}

Test(endings, of_one_it_is_said_how)
{
	add("signal");
	cr_expect_str_eq(say(), "the program was killed by SIGKILL after 2.0 s: only what it did "
				"until then is judged");
}

Test(endings, of_several_how_many)
{
	add("exit");
	add("exit");
	cr_expect_str_eq(say(), "");
	add("signal");
	cr_expect_str_eq(say(), "1 of 3 programs did not end by itself: only what it did until "
				"then is judged");
	add("unknown");
	cr_expect_str_eq(say(), "2 of 4 programs did not end by themselves: only what they did "
				"until then is judged");
}

Test(endings, a_daemon_ends_in_order_by_the_signal_that_asks_it_to)
{
	cr_expect(ending_is_orderly(0));
	cr_expect(ending_is_orderly(128 + SIGTERM));
	cr_expect_not(ending_is_orderly(1));
	cr_expect_not(ending_is_orderly(124));
	cr_expect_not(ending_is_orderly(128 + SIGKILL));
}
