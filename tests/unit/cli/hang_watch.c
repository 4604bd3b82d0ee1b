/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_watch.h"

#include <criterion/criterion.h>

#include "options.h"

#define SECOND 1000000000ull

static struct options options;
static struct hang_watch watch;

static void begin(uint64_t hang_after_ns, bool quiet)
{
	options.hang_after_ns = hang_after_ns;
	options.quiet = quiet;
	options.format = &report_formats[0];
	hang_watch_start(&watch, &options, "/nowhere");
}

/* How many looks at whole seconds, while a close is pending since then; 0: none is. */
static unsigned looks(uint64_t from_s, uint64_t to_s, uint64_t pending_s)
{
	unsigned count = 0;

	for (uint64_t second = from_s; second < to_s; second++)
		count += hang_watch_is_due(&watch, second * SECOND, pending_s * SECOND, 0);
	return count;
}

Test(hang_watch, looks_become_ever_fewer)
{
	begin(ROAD_TIME_UNSET, false);
	cr_expect_eq(looks(100, 108, 0), 4, "at 0, 1, 3 and 7 seconds");
	cr_expect_lt(looks(108, 3600, 0), 20);
	cr_expect_geq(looks(3600, 7200, 0), 5, "but go on");
}

Test(hang_watch, a_close_that_is_pending_for_too_long_is_looked_at_at_once)
{
	begin(ROAD_TIME_UNSET, false);
	looks(100, 1000, 0);
	cr_expect_eq(looks(1000, 1004, 999), 0, "not five seconds yet");
	cr_expect_eq(looks(1004, 1005, 999), 1);
	cr_expect_eq(looks(1005, 1008, 999), 2, "and again, ever fewer");
}

Test(hang_watch, who_wants_to_hear_nothing_has_no_looks)
{
	begin(0, false);
	cr_expect_eq(looks(100, 1000, 1), 0);
	begin(ROAD_TIME_UNSET, true);
	cr_expect_eq(looks(100, 1000, 1), 0);
}

Test(hang_watch, threads_that_are_stuck_are_looked_at_at_once_and_once)
{
	begin(ROAD_TIME_UNSET, false);
	looks(100, 1000, 0);
	cr_expect(hang_watch_is_due(&watch, 1000 * SECOND, 0, 7));
	cr_expect_not(hang_watch_is_due(&watch, 1001 * SECOND, 0, 7), "the same still");
	cr_expect(hang_watch_is_due(&watch, 1002 * SECOND, 0, 8), "others");
}

Test(hang_watch, those_that_move_on_and_are_stuck_again_are_looked_at_ever_less_often)
{
	unsigned count = 0;

	begin(ROAD_TIME_UNSET, false);
	for (uint64_t second = 1000; second < 1600; second++)
		count += hang_watch_is_due(&watch, second * SECOND, 0, second);
	cr_expect_lt(count, 40);
}

Test(hang_watch, peeks_each_second_at_waits_that_are_old_enough)
{
	uint64_t before_ns = 0;

	begin(3 * SECOND, false);
	cr_expect(hang_watch_peeks(&watch, 100 * SECOND, &before_ns));
	cr_expect_eq(before_ns, 97 * SECOND);
	cr_expect_not(hang_watch_peeks(&watch, 100 * SECOND + 1, &before_ns));
	cr_expect(hang_watch_peeks(&watch, 101 * SECOND, &before_ns));
}

Test(hang_watch, a_machine_that_reads_the_report_on_stderr_is_told_nothing_else)
{
	const struct report_format *format = report_formats;

	begin(ROAD_TIME_UNSET, false);
	while (format->reader != REPORT_FOR_MACHINE)
		format++;
	options.format = format;
	cr_expect_eq(looks(100, 1000, 1), 0);
	options.report_path = "elsewhere";
	cr_expect_gt(looks(100, 1000, 1), 0);
	options.report_path = NULL;
}
