/* SPDX-License-Identifier: Apache-2.0 */
/* How often chance misleads: bench_trends prints all the rates. */
#include "series.inc.c"

#include <criterion/criterion.h>

enum { TRIES = 1000 };

static struct series_rates rates;

static void try(series_maker *make, double a, double b, int count)
{
	cr_assert_eq(series_try(make, a, b, count, TRIES, &rates), 0);
}

#define expect_most(verdict, most)                                                                 \
	cr_expect(rates.percent[TREND_##verdict] <= (most), "%g %% are %s, and at most %g %% may", \
		  rates.percent[TREND_##verdict], trend_name(TREND_##verdict), (double)(most))
#define expect_least(verdict, least)                                                               \
	cr_expect(rates.percent[TREND_##verdict] >= (least),                                       \
		  "%g %% are %s, and at least %g %% "                                              \
		  "must",                                                                          \
		  rates.percent[TREND_##verdict], trend_name(TREND_##verdict), (double)(least))

Test(trend_rates, a_leak_among_noise_is_not_called_steady_nor_a_cache_by_few_sessions)
{
	for (int count = TREND_LEAST; count <= 12; count++) {
		try(series_line, 1, 1, count);
		expect_most(STEADY, 0.2);
		expect_most(CACHE, 0.5);
		try(series_line, 1, 3, count);
		expect_most(STEADY, 0.5);
		expect_most(CACHE, 0.5);
	}
}

Test(trend_rates, enough_sessions_tell_a_leak_among_noise)
{
	try(series_line, 1, 1, 20);
	expect_least(GROWING, 90);
	try(series_line, 1, 3, 50);
	expect_least(GROWING, 97);
}

Test(trend_rates, noise_does_not_grow_and_enough_sessions_tell_that)
{
	for (int count = TREND_LEAST; count <= 12; count++) {
		try(series_line, 0, 1, count);
		expect_most(GROWING, 0.2);
		try(series_line, 0, 3, count);
		expect_most(GROWING, 0.2);
	}
	try(series_line, 0, 1, 50);
	expect_least(STEADY, 99);
	expect_most(GROWING, 0);
	try(series_line, 0, 3, 50);
	expect_least(STEADY, 97);
	expect_most(GROWING, 0);
}

Test(trend_rates, counts_that_wander_do_not_grow)
{
	try(series_wander, 0.7, 3, 50);
	expect_most(GROWING, 0.2);
	try(series_wander, 0.9, 3, 50);
	expect_most(GROWING, 0.8);
}

Test(trend_rates, what_is_filled_and_emptied_does_not_grow)
{
	try(series_saw, 7, 0, 50);
	expect_least(STEADY, 99.9);
	try(series_saw, 12, 0, 20);
	expect_most(GROWING, 0);
	for (int period = 20; period < 50; period += 10) {
		try(series_saw, period, 0, 50);
		expect_most(GROWING, 0);
	}
}

Test(trend_rates, a_cache_that_fills_ever_more_slowly_does_not_grow)
{
	for (int count = 12; count <= 60; count++) {
		cr_assert_eq(series_try(series_saturate, 60, 12, count, 1, &rates), 0);
		expect_most(GROWING, 0);
	}
	try(series_fill, 200, 10, 40);
	expect_most(GROWING, 4);
	try(series_fill, 200, 3, 100);
	expect_most(GROWING, 4);
}

Test(trend_rates, a_leak_in_one_of_five_is_not_called_steady)
{
	try(series_leak, 5, 0, 50);
	expect_most(STEADY, 0);
	expect_most(CACHE, 5);
	expect_least(GROWING, 70);
}

/* Whether it has struck at all chance tells: in a third of the cases not once. */
Test(trend_rates, of_a_leak_in_one_of_fifty_most_that_struck_is_unclear)
{
	try(series_leak, 50, 0, 50);
	expect_most(STEADY, 40);
	expect_most(CACHE, 22);
	try(series_leak, 50, 0, 100);
	expect_most(STEADY, 16);
	expect_most(CACHE, 20);
}
