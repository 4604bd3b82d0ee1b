/* SPDX-License-Identifier: Apache-2.0 */
#include "told.h"

#include <criterion/criterion.h>

static struct told told;

static void teardown(void)
{
	told_finish(&told);
}

TestSuite(told, .fini = teardown);

Test(told, what_is_registered_is_known_by_how_and_by_subject)
{
	told_arm(&told, 1, 7);
	cr_expect(told_is_armed(&told, 1, 7));
	cr_expect(!told_is_armed(&told, 2, 7));
	cr_expect(!told_is_armed(&told, 1, 8));
}

Test(told, a_child_has_what_its_parent_had)
{
	struct told child = {.armed_is_full = false};

	told_arm(&told, 1, 7);
	told_look(&told, "class", 3);
	cr_assert_eq(told_place(&told, "function", 99), 0);
	cr_assert_eq(told_copy(&told, &child), 0);
	cr_expect(told_is_armed(&child, 1, 7));
	cr_expect(told_is_elsewhere(&child, "class"));
	cr_expect_eq(told_address(&child, "function"), 99);
	cr_expect_eq(told_address(&child, "another"), 0);
	told_finish(&child);
}

Test(told, the_last_release_is_one)
{
	cr_expect(!told_release(&told, 7, 2));
	told_released(&told, 7);
	cr_expect(told_release(&told, 7, 1));
	told_released(&told, 7);
	cr_expect_eq(told.releases.count, 0);
}

Test(told, of_releases_under_way_the_first_one_s_look_counts)
{
	cr_expect(!told_release(&told, 7, 3));
	cr_expect(!told_release(&told, 7, 2)); /* the first has counted down already */
	cr_expect(told_release(&told, 7, 1));
}

Test(told, of_many_that_look_before_any_counts_down_one_is_the_last)
{
	cr_expect(!told_release(&told, 7, 3));
	cr_expect(!told_release(&told, 7, 3));
	cr_expect(told_release(&told, 7, 3));
}

Test(told, a_reference_taken_meanwhile_keeps_it)
{
	cr_expect(!told_release(&told, 7, 2));
	cr_expect(!told_release(&told, 7, 3));
}

Test(told, a_counter_that_is_not_one_at_birth_is_elsewhere)
{
	cr_expect(!told_look(&told, "class", 1));
	cr_expect(!told_is_elsewhere(&told, "class"));
	cr_expect(told_look(&told, "class", 12));
	cr_expect(!told_look(&told, "class", 12));
	cr_expect(told_is_elsewhere(&told, "class"));
}

Test(told, who_is_jumped_to_was_not_called_by_the_caller)
{
	const struct told_call outer = {.tid = 3, .row = 1, .sp = 100, .caller = 9};
	const struct told_call inner = {.tid = 3, .row = 2, .sp = 100, .caller = 9};
	const struct told_call other = {.tid = 3, .row = 2, .sp = 100, .caller = 8};

	cr_expect(!told_tail_enter(&told, &outer));
	cr_expect(told_tail_enter(&told, &inner));
	cr_expect(!told_tail_return(&told, &outer));
	cr_expect(told_tail_return(&told, &inner)); /* in any order */
	cr_expect(!told_tail_enter(&told, &inner));
	cr_expect(!told_tail_return(&told, &inner));
	cr_expect(!told_tail_enter(&told, &outer)); /* left by an exception */
	cr_expect(!told_tail_enter(&told, &other));
}
