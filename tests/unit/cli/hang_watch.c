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
	hang_watch_start(&watch, &options, "/nowhere");
}

/* How many looks at whole seconds, while a close is pending since then; 0: none is. */
static unsigned looks(uint64_t from_s, uint64_t to_s, uint64_t pending_s)
{
	unsigned count = 0;

	for (uint64_t second = from_s; second < to_s; second++)
		count += hang_watch_is_due(&watch, second * SECOND, pending_s * SECOND);
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
