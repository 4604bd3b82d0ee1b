/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../libtrack/symbol/ranges.h"

#include <criterion/criterion.h>

static void expect(const struct ranges *ranges, uint64_t address, uint64_t value)
{
	const struct range *found = ranges_find(ranges, address);

	cr_assert_not_null(found, "at %lu", (unsigned long)address);
	cr_expect_eq(found->value, value, "at %lu", (unsigned long)address);
}

Test(ranges, no_ranges_cover_nothing)
{
	struct ranges ranges = {0};

	ranges_sort(&ranges);
	cr_expect_null(ranges_find(&ranges, 0));
	ranges_finish(&ranges);
}

Test(ranges, a_range_covers_its_start_and_not_its_end)
{
	struct ranges ranges = {0};

	cr_assert_eq(ranges_add(&ranges, 10, 20, 1), 0);
	ranges_sort(&ranges);
	cr_expect_null(ranges_find(&ranges, 9));
	expect(&ranges, 10, 1);
	expect(&ranges, 19, 1);
	cr_expect_null(ranges_find(&ranges, 20));
	ranges_finish(&ranges);
}

Test(ranges, the_innermost_range_wins)
{
	struct ranges ranges = {0};

	cr_assert_eq(ranges_add(&ranges, 30, 40, 2), 0);
	cr_assert_eq(ranges_add(&ranges, 0, 100, 1), 0);
	cr_assert_eq(ranges_add(&ranges, 30, 35, 3), 0);
	cr_assert_eq(ranges_add(&ranges, 50, 60, 4), 0);
	ranges_sort(&ranges);
	expect(&ranges, 32, 3);
	expect(&ranges, 37, 2);
	expect(&ranges, 45, 1);
	expect(&ranges, 99, 1);
	cr_expect_null(ranges_find(&ranges, 100));
	ranges_finish(&ranges);
}

Test(ranges, the_highest_value_wins_for_equal_ranges)
{
	struct ranges ranges = {0};

	cr_assert_eq(ranges_add(&ranges, 0, 10, 5), 0);
	cr_assert_eq(ranges_add(&ranges, 0, 10, 7), 0);
	cr_assert_eq(ranges_add(&ranges, 0, 10, 6), 0);
	ranges_sort(&ranges);
	expect(&ranges, 5, 7);
	ranges_finish(&ranges);
}

Test(ranges, an_empty_or_reversed_range_is_dropped)
{
	struct ranges ranges = {0};

	cr_assert_eq(ranges_add(&ranges, 5, 5, 1), 0);
	cr_assert_eq(ranges_add(&ranges, 6, 5, 1), 0);
	cr_expect_eq(ranges.count, 0);
	ranges_finish(&ranges);
}
