/* SPDX-License-Identifier: Apache-2.0 */
#include "suspect.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SECOND 1000000000ull

static struct trace *trace;
static struct u64map none;

/* A process that runs, and nothing else. */
static void setup(void)
{
	struct trace_process process = {
		.pid = 42, .origin = "start", .exe = "", .command = "", .start_ns = SECOND};

	process.end = "running";
	cr_assert_eq(trace_create(NULL, &trace), 0);
	cr_assert_eq(trace_put_process(trace, &process), 0);
}

static void teardown(void)
{
	trace_close(trace);
}

TestSuite(suspect, .init = setup, .fini = teardown);

static void wait_for(const char *what, int tid, uint64_t since_ns, bool timed)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
		 "INSERT INTO standing (process_id, tid, time_ns, timed, wait, since_ns) "
		 "VALUES (1, %d, %llu, %d, '%s', %llu)",
		 tid, 99 * SECOND, timed, what, (unsigned long long)since_ns);
	cr_assert_eq(trace_execute(trace, sql), 0);
}

static int find(uint64_t before_ns, struct suspect *ret_suspect)
{
	return suspect_find(trace, before_ns, &none, ret_suspect);
}

Test(suspect, who_waits_for_a_lock_for_long_may_hang)
{
	struct suspect suspect;

	wait_for("mutex", 43, 10 * SECOND, false);
	cr_expect_eq(find(9 * SECOND, &suspect), 0, "not so long yet");
	cr_assert_eq(find(10 * SECOND, &suspect), 1);
	cr_expect_eq(suspect.pid, 42);
	cr_expect_eq(suspect.since_ns, 10 * SECOND);
	cr_expect_str_eq(suspect.what, "thread 43 has waited for a lock");
}

Test(suspect, who_waits_for_work_or_not_for_ever_does_not)
{
	struct suspect suspect;

	wait_for("condition", 43, 10 * SECOND, false);
	wait_for("mutex", 44, 10 * SECOND, true);
	cr_expect_eq(find(90 * SECOND, &suspect), 0);
}

Test(suspect, a_close_that_waits_is_named)
{
	struct trace_annotation annotation = {
		.refs = -1, .fires = -1, .cancelled = -1, .woken = -1, .close_ns = 10 * SECOND};
	struct trace_resource scope = {.process_id = 1,
				       .kind = "scope",
				       .class_name = "Connection",
				       .birth_ns = SECOND,
				       .birth_call = "",
				       .from_subject = -1,
				       .annotation = &annotation};
	struct suspect suspect;

	cr_assert_eq(trace_put_resource(trace, &scope), 0);
	wait_for("condition", 43, 11 * SECOND, false);
	cr_assert_eq(trace_execute(trace, "INSERT INTO inside VALUES (1, 0, 1, 1)"), 0);
	cr_assert_eq(find(10 * SECOND, &suspect), 1);
	cr_expect_str_eq(suspect.what, "the close of Connection has not returned");
}

Test(suspect, the_end_of_a_program_may_hang_and_that_of_one_that_is_over_does_not)
{
	struct suspect suspect;

	cr_assert_eq(trace_execute(trace, "UPDATE process SET exit_begun_ns = 10"), 0);
	cr_assert_eq(find(SECOND, &suspect), 1);
	cr_expect_str_eq(suspect.what, "the end of the program has not returned");
	cr_assert_eq(trace_execute(trace, "UPDATE process SET end_ns = 20"), 0);
	cr_expect_eq(find(SECOND, &suspect), 0);
}

Test(suspect, what_was_told_is_left_out)
{
	struct u64map told = {0};
	struct suspect suspect;

	wait_for("join", 43, 10 * SECOND, false);
	cr_assert_eq(u64map_put(&told, 42, 1), 0);
	cr_expect_eq(suspect_find(trace, 90 * SECOND, &told, &suspect), 0);
	u64map_finish(&told);
}

Test(suspect, of_several_the_longest_is_told)
{
	struct suspect suspect;

	wait_for("mutex", 43, 12 * SECOND, false);
	wait_for("mutex", 44, 10 * SECOND, false);
	cr_assert_eq(find(90 * SECOND, &suspect), 1);
	cr_expect_eq(suspect.since_ns, 10 * SECOND);
}
