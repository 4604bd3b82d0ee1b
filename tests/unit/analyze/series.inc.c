/* SPDX-License-Identifier: Apache-2.0 */
/* Series of counts as programs have them, by a chance that is the same in every run. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../../libtrack/analyze/trend.h"

enum { SERIES_MOST = 400 };

static uint64_t series_state;

/* 0 to below 1: xorshift (G. Marsaglia, 2003). */
static inline double series_chance(void)
{
	series_state ^= series_state << 13;
	series_state ^= series_state >> 7;
	series_state ^= series_state << 17;
	return (double)(series_state >> 11) / 9007199254740992.0;
}

/* Normally distributed (G. E. P. Box and M. E. Muller, 1958). */
static inline double series_noise(void)
{
	double left = series_chance() + 1e-300, right = series_chance();

	return sqrt(-2 * log(left)) * cos(6.283185307179586 * right);
}

/* What makes one; a, b: as its row says. */
typedef void series_maker(int64_t *counts, int count, double a, double b);

/* More with each session, and noise. */
static inline void series_line(int64_t *counts, int count, double slope, double deviation)
{
	for (int i = 0; i < count; i++)
		counts[i] = llround(100 + slope * i + deviation * series_noise());
}

/* Each has something of the one before. */
static inline void series_wander(int64_t *counts, int count, double likeness, double deviation)
{
	double at = deviation * series_noise() / sqrt(1 - likeness * likeness);

	for (int i = 0; i < count; i++) {
		counts[i] = llround(100 + at);
		at = likeness * at + deviation * series_noise();
	}
}

/* Filled and emptied, from wherever it was. */
static inline void series_saw(int64_t *counts, int count, double period, double unused)
{
	int start = (int)(series_chance() * period);

	(void)unused;
	for (int i = 0; i < count; i++)
		counts[i] = (i + start) % (int)period;
}

/* A cache of so many that fills ever more slowly. */
static inline void series_saturate(int64_t *counts, int count, double most, double sessions)
{
	for (int i = 0; i < count; i++)
		counts[i] = llround(most * (1 - exp(-i / sessions)));
}

/* A table of so many slots, of which each session uses some. */
static inline void series_fill(int64_t *counts, int count, double slots, double each)
{
	char *used = calloc((size_t)slots, 1);
	int64_t filled = 0;

	for (int i = 0; i < count && used != NULL; i++) {
		for (int j = 0; j < (int)each; j++) {
			char *slot = &used[(int)(series_chance() * slots)];

			filled += *slot == 0;
			*slot = 1;
		}
		counts[i] = filled;
	}
	free(used);
}

/* One in so many sessions leaves one behind; some more are there for now. */
static inline void series_leak(int64_t *counts, int count, double one_of, double deviation)
{
	int64_t kept = 0;

	for (int i = 0; i < count; i++) {
		kept += series_chance() * one_of < 1;
		counts[i] = kept + llround(deviation * fabs(series_noise()));
	}
}

/* Of so many series, how many have this verdict, in percent. */
struct series_rates {
	double percent[TREND__COUNT];
	uint64_t wanted; /* sessions that would tell of the unclear ones, at most */
};

static inline int series_try(series_maker *make, double a, double b, int count, int tries,
			     struct series_rates *ret_rates)
{
	int64_t counts[SERIES_MOST];
	int error = 0;

	series_state = 88172645463325252u;
	memset(ret_rates, 0, sizeof(*ret_rates));
	for (int i = 0; i < tries && error == 0; i++) {
		struct trend trend;

		make(counts, count, a, b);
		error = trend_find(counts, (size_t)count, &trend);
		if (error != 0)
			continue;
		ret_rates->percent[trend.verdict] += 100.0 / tries;
		if (trend.wanted > ret_rates->wanted)
			ret_rates->wanted = trend.wanted;
	}
	return error;
}
