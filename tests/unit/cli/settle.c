/* SPDX-License-Identifier: Apache-2.0 */
/* For how long a program's end is held back. */
#include <criterion/criterion.h>
#include <options.h>
#include <settle.h>

static uint64_t settle(bool gate, uint64_t settle_ns)
{
	struct options options = {.gate = gate, .settle_ns = settle_ns};

	return settle_most_ns(&options);
}

Test(settle, by_default_only_for_a_gate_and_as_long_as_the_grace_time)
{
	struct options options = {.settle_ns = ROAD_TIME_UNSET, .grace_ns = 3000000000};

	cr_expect_eq(settle_most_ns(&options), 0);
	options.gate = true;
	cr_expect_eq(settle_most_ns(&options), 3000000000);
	options.grace_ns = ROAD_TIME_UNSET;
	cr_expect_eq(settle_most_ns(&options), 1000000000);
}

static bool is_short(bool gate, uint64_t settle_ns, uint64_t grace_ns)
{
	struct options options = {.gate = gate, .settle_ns = settle_ns, .grace_ns = grace_ns};

	return settle_is_short(&options);
}

Test(settle, less_than_the_grace_time_is_too_short_for_a_gate)
{
	cr_expect(is_short(true, 1000000000, 2000000000));
	cr_expect(is_short(true, 999999999, ROAD_TIME_UNSET));
	cr_expect_not(is_short(true, 2000000000, 2000000000));
	cr_expect_not(is_short(true, ROAD_TIME_UNSET, 2000000000));
	cr_expect_not(is_short(true, 0, 2000000000));
	cr_expect_not(is_short(false, 1000000000, 2000000000));
}

Test(settle, as_it_was_asked_for_with_a_gate_or_without)
{
	cr_expect_eq(settle(false, 5), 5);
	cr_expect_eq(settle(true, 5), 5);
	cr_expect_eq(settle(true, 0), 0);
}
