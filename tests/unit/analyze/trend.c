/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../libtrack/analyze/trend.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNTS_MAX = 4000 };

static struct {
	int64_t counts[COUNTS_MAX];
	size_t count;
	struct trend trend;
} series;

static void find(size_t count)
{
	series.count = count;
	cr_assert_eq(trend_find(series.counts, count, &series.trend), 0);
}

/* of: an expression of i, from 0. */
#define FIND(length, of)                                                                           \
	do {                                                                                       \
		for (int64_t i = 0; i < (length); i++)                                             \
			series.counts[i] = (of);                                                   \
		find(length);                                                                      \
	} while (0)

#define expect_trend(name) cr_expect_str_eq(trend_name(series.trend.verdict), name)

static void expect_slope(double slope, double low, double high)
{
	cr_expect(fabs(series.trend.slope - slope) < 0.0005 &&
			  fabs(series.trend.low - low) < 0.0005 &&
			  fabs(series.trend.high - high) < 0.0005,
		  "%g (%g to %g) in place of %g (%g to %g)", series.trend.slope, series.trend.low,
		  series.trend.high, slope, low, high);
}

/* The same numbers in every run: a linear congruence. */
static uint32_t state;

static int64_t chance(uint32_t of)
{
	state = state * 1103515245u + 12345u;
	return state >> 16 & 0x7fff ? (int64_t)((state >> 16 & 0x7fff) % of) : 0;
}

Test(trend, of_few_sessions_nothing_is_said)
{
	FIND(TREND_LEAST - 1, 2 * i);
	expect_trend("too few");
	FIND(TREND_LEAST, 2 * i);
	expect_trend("growing");
}

Test(trend, what_does_not_change_is_steady)
{
	FIND(20, 3);
	expect_trend("steady");
	expect_slope(0, 0, 0);
}

Test(trend, what_becomes_less_is_steady)
{
	FIND(20, 100 - 2 * i);
	expect_trend("steady");
	expect_slope(-2, -2, -2);
}

Test(trend, one_more_at_each_session_grows)
{
	FIND(20, 7 + i);
	expect_trend("growing");
	expect_slope(1, 1, 1);
	cr_expect_eq(series.trend.first, 0);
}

Test(trend, one_more_at_each_fifth_session_grows)
{
	FIND(30, (i + 1) / 5);
	expect_trend("growing");
	cr_expect(fabs(series.trend.slope - 0.2) < 0.01);
	cr_expect(series.trend.low > 0.15 && series.trend.high < 0.25);
}

Test(trend, what_is_made_at_the_first_sessions_is_warm_up)
{
	FIND(30, (i > 0 ? 20 : 0) + (i > 1 ? 5 : 0) + i / 2);
	expect_trend("growing");
	cr_expect_eq(series.trend.first, 2);
	cr_expect(fabs(series.trend.slope - 0.5) < 0.02);
}

Test(trend, a_pool_that_fills_is_a_cache_and_its_slope_is_that_of_afterwards)
{
	FIND(20, i < 5 ? i : 5);
	expect_trend("cache");
	expect_slope(0, 0, 0);
	FIND(20, i < 15 ? i : 15);
	expect_trend("cache");
	cr_expect_eq(series.trend.first, 15);
	expect_slope(0, 0, 0);
}

Test(trend, whether_a_pool_that_was_just_filled_is_full_is_not_clear)
{
	FIND(20, i < 17 ? i : 17);
	expect_trend("unclear");
}

Test(trend, what_rose_once_is_a_cache_when_that_is_longer_ago_than_it_took)
{
	FIND(20, i >= 1 ? 4 : 0);
	expect_trend("cache");
	FIND(20, i >= 9 ? 4 : 0);
	expect_trend("cache");
	FIND(20, i >= 10 ? 4 : 0);
	expect_trend("unclear");
	FIND(20, i >= 19 ? 4 : 0);
	expect_trend("unclear");
	cr_expect_eq(series.trend.wanted, 100);
}

Test(trend, what_rose_twice_may_rise_again)
{
	FIND(20, (i >= 4) + (i >= 13));
	expect_trend("unclear");
	FIND(40, (i >= 1) + (i >= 3));
	expect_trend("cache");
}

Test(trend, four_rises_with_pauses_are_not_yet_growth)
{
	FIND(25, (i + 1) / 6);
	expect_trend("unclear");
	FIND(31, (i + 1) / 6);
	expect_trend("growing");
}

Test(trend, what_sways_is_steady)
{
	FIND(40, i * i % 7);
	expect_trend("steady");
	state = 1;
	FIND(200, chance(6));
	expect_trend("steady");
}

Test(trend, what_sways_and_rises_grows)
{
	state = 2;
	FIND(40, i + chance(6));
	expect_trend("growing");
	cr_expect(series.trend.low < series.trend.high);
	cr_expect(series.trend.low > 0.8 && series.trend.high < 1.2);
}

Test(trend, what_sways_and_filled_up_is_a_cache)
{
	state = 3;
	FIND(120, (i < 40 ? i : 40) + chance(4));
	expect_trend("cache");
	cr_expect(fabs(series.trend.slope) < 0.05);
	cr_expect(series.trend.low <= 0 && series.trend.high >= 0);
}

Test(trend, what_falls_back_in_the_end_does_not_grow)
{
	FIND(20, i % 19);
	expect_trend("unclear");
	FIND(50, i % 7);
	expect_trend("steady");
}

Test(trend, what_falls_back_far_does_not_grow_before_it_has_risen_twice_as_far)
{
	FIND(24, i < 4 ? 20 + i : i);
	expect_trend("unclear");
	cr_expect(series.trend.wanted > 24);
	FIND(60, i < 4 ? 20 + i : i);
	expect_trend("growing");
}

Test(trend, few_sessions_of_which_one_falls_prove_nothing_either_way)
{
	const int64_t counts[] = {5, 100, 200, 300, 400, 399};

	for (size_t i = 0; i < 6; i++)
		series.counts[i] = counts[i];
	find(6);
	expect_trend("unclear");
	cr_expect_gt(series.trend.wanted, 6);
}

Test(trend, what_fills_ever_more_slowly_is_not_told_to_grow)
{
	static const int64_t filled[] = {0,  5,	 9,  13, 17, 20, 24, 26, 29, 32, 34, 36, 38, 40,
					 41, 43, 44, 45, 47, 48, 49, 50, 50, 51, 52, 53, 53, 54,
					 54, 55, 55, 55, 56, 56, 56, 57, 57, 57, 57, 58};

	FIND(40, filled[i]);
	expect_trend("unclear");
	FIND(40, filled[i] + (i % 3 == 0));
	expect_trend("unclear");
}

Test(trend, what_changes_in_a_few_sessions_only_is_steady)
{
	FIND(6, i == 2);
	expect_trend("steady");
	FIND(8, i == 3 ? 9 : 2);
	expect_trend("steady");
}

/* 4000 counts are 235 means of 17, after the first five. */
Test(trend, where_a_cache_was_full_is_told_of_means_too)
{
	state = 5;
	FIND(COUNTS_MAX, (i < 1900 ? i / 20 : 95) + chance(4));
	expect_trend("cache");
	cr_expect_eq(series.trend.first, 5 + 117 * 17);
	FIND(COUNTS_MAX, i < 1000 ? 50 * i : 50000 + i + chance(4));
	expect_trend("growing");
}

Test(trend, a_wild_count_does_not_move_the_slope)
{
	FIND(21, i == 10 ? 1000 : 2 * i);
	expect_trend("growing");
	expect_slope(2, 2, 2);
}

/* 45 slopes; 1.96 deviations are 21.9: the 11th and the 35th of them, and the 23rd between. */
Test(trend, the_interval_is_sens)
{
	const int64_t counts[] = {10, 15, 14, 20, 18, 25, 26, 24, 31, 30};

	for (size_t i = 0; i < 10; i++)
		series.counts[i] = counts[i];
	find(10);
	expect_slope(2.2, 1.5, 3);
}

Test(trend, of_very_many_sessions_means_stand_for_the_counts)
{
	FIND(COUNTS_MAX, 3 * i);
	expect_trend("growing");
	expect_slope(3, 3, 3);
	FIND(COUNTS_MAX, i >= COUNTS_MAX / 3);
	expect_trend("cache");
	FIND(COUNTS_MAX, i / 50);
	expect_trend("growing");
	cr_expect(fabs(series.trend.slope - 0.02) < 0.001);
}

static unsigned told(enum trend_verdict verdict, int64_t (*next)(int64_t i), size_t count)
{
	unsigned found = 0;

	state = 4;
	for (int round = 0; round < 300; round++) {
		FIND((int64_t)count, next(i));
		found += series.trend.verdict == verdict;
	}
	return found;
}

static int64_t noise(int64_t i)
{
	(void)i;
	return chance(5);
}

static int64_t leak_of_five(int64_t i)
{
	static int64_t kept;

	kept = i == 0 ? 0 : kept + (chance(5) == 0);
	return kept;
}

static int64_t swaying_leak(int64_t i)
{
	return leak_of_five(i) + chance(4);
}

Test(trend, chance_alone_is_growth_once_in_a_thousand_times)
{
	cr_expect_leq(told(TREND_GROWING, noise, 50), 1);
	cr_expect_geq(told(TREND_STEADY, noise, 50), 295);
}

Test(trend, a_leak_that_strikes_by_chance_is_never_steady)
{
	cr_expect_eq(told(TREND_STEADY, leak_of_five, 100), 0);
	cr_expect_geq(told(TREND_GROWING, leak_of_five, 100), 225);
	cr_expect_eq(told(TREND_STEADY, swaying_leak, 200), 0);
	cr_expect_geq(told(TREND_GROWING, swaying_leak, 200), 265);
}
