/* SPDX-License-Identifier: Apache-2.0 */
#include "trend.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rises.h"
#include "slope.h"

/*
 * Beyond so many counts means of equally many stand for them: the slopes between all pairs are
 * their square. The longest of pauses is looked for among all.
 */
enum { POINTS_MOST = 240 };

/*
 * Deviations: of a rise that chance brings once in a thousand times, and of one that it brings once
 * in two hundred, with which nothing is called steady.
 */
static const double of_rise = 3.090232, of_doubt = 2.575829;

/* Who says that it does not rise has ruled out one more with each fifth session. */
static const double worth_telling = 0.2;

/* Fewer rises than that, with pauses, may each be something that happens once. */
enum { RISES_LEAST = 5 };

/*
 * How likely rises that go on leave out so many sessions at the end as were left out. Below the
 * first it is over; from the second on it goes on.
 */
static const double over_below = 0.05, goes_on_from = 0.2;

/* What rises by less than that of what it did before, by so many deviations, slows down and may
 * end. */
static const double slows_below = 0.75, of_slowing = 1.644854;

const char *trend_name(enum trend_verdict verdict)
{
	/* clang-format off */
	static const char *const names[TREND__COUNT] = {
#define TREND_VERDICT(id, name, text) [TREND_##id] = name,
#include "trend_verdicts.def"
#undef TREND_VERDICT
	};
	/* clang-format on */

	return names[verdict];
}

/* Counts, or means of as many of them each. */
struct points {
	double *y;
	size_t count;
	size_t each;	/* counts of a point */
	size_t skipped; /* the first of them, so that it comes out even */
};

static int take_points(const int64_t *counts, size_t count, struct points *ret_points)
{
	struct points points = {.each = (count + POINTS_MOST - 1) / POINTS_MOST};

	points.count = count / points.each;
	points.skipped = count - points.count * points.each;
	points.y = calloc(points.count, sizeof(*points.y));
	if (points.y == NULL)
		return -ENOMEM;
	for (size_t i = points.skipped; i < count; i++)
		points.y[(i - points.skipped) / points.each] +=
			(double)counts[i] / (double)points.each;
	*ret_points = points;
	return 0;
}

/* The first point without any of the counts before this one. */
static size_t point_of(const struct points *points, size_t first)
{
	if (first <= points->skipped)
		return 0;
	return (first - points->skipped + points->each - 1) / points->each;
}

/* The first count of this point. */
static size_t count_of(const struct points *points, size_t point)
{
	return point == 0 ? 0 : points->skipped + point * points->each;
}

/* Of the points from one to before another, of which there are two at least; by sessions. */
static int find_slope(const struct points *points, size_t from, size_t to, struct slope *ret_slope)
{
	int error = slope_find(points->y + from, to - from, ret_slope);

	ret_slope->slope /= (double)points->each;
	ret_slope->low /= (double)points->each;
	ret_slope->high /= (double)points->each;
	return error;
}

static void take_slope(struct trend *trend, const struct slope *slope)
{
	trend->slope = slope->slope;
	trend->low = slope->low;
	trend->high = slope->high;
}

/* The count from which on the rate of the rest is known best; at most half are left out. */
static size_t warm_up(const int64_t *counts, size_t count)
{
	double sum = 0, squares = 0, best = INFINITY;
	size_t found = 0;

	for (size_t i = count - 1; i-- > 0;) {
		double step = (double)(counts[i + 1] - counts[i]), steps = (double)(count - 1 - i);
		double error;

		sum += step;
		squares += step * step;
		if (i > count / 2 || count - i < TREND_LEAST)
			continue;
		error = (squares / steps - sum / steps * (sum / steps)) / steps;
		if (error < best || (error <= best + 1e-12)) {
			best = error;
			found = i;
		}
	}
	return found;
}

/* How likely that many rises, wherever they fall, leave out the last steps as these do. */
static double chance_of_pause(const struct rises *rises)
{
	return pow(1 - (double)rises->last / (double)rises->steps, (double)rises->rises);
}

static double mean_step(const int64_t *counts, size_t steps)
{
	return (double)(counts[steps] - counts[0]) / (double)steps;
}

/* Where the halves that are compared begin: a cut that lies late may have cut off that it slows. */
static size_t slows_from(size_t first, size_t count)
{
	return first < count / 4 ? first : count / 4;
}

/*
 * Whether the second half of the steps brings clearly less than the first one does: by the
 * deviation that the difference had if the steps were dealt out to the halves by chance.
 */
static bool steps_slow_down(const int64_t *counts, size_t count)
{
	size_t steps = count - 1, half = steps / 2;
	double mean = mean_step(counts, steps), early = mean_step(counts, half);
	double late = mean_step(counts + half, steps - half), squares = 0, deviation;

	for (size_t i = 0; i < steps; i++) {
		double off = (double)(counts[i + 1] - counts[i]) - mean;

		squares += off * off;
	}
	deviation = sqrt(squares / (double)(steps - 1) *
			 (1 / (double)half + 1 / (double)(steps - half)));
	return late < slows_below * early && early - late > of_slowing * deviation;
}

/*
 * What never falls: each rise is told by itself. A single one is over when it is longer ago than it
 * was waited for.
 */
static enum trend_verdict judge_rises(const struct rises *all, const struct rises *rest, bool slows)
{
	if (all->rises == 1 ? 2 * all->last > all->steps : chance_of_pause(all) < over_below)
		return TREND_CACHE;
	return rest->rises >= RISES_LEAST && chance_of_pause(rest) >= goes_on_from && !slows
		       ? TREND_GROWING
		       : TREND_UNCLEAR;
}

/* The sessions after which a pause would be long enough, if nothing more came, and those in which
 * rises enough would come, if they went on so. */
static double enough_for_rises(const struct rises *rises, size_t count, bool slows)
{
	double until = (double)(rises->steps - rises->last), n = (double)count;
	double pause = rises->rises == 1 ? 2 * until + 2
					 : until * pow(over_below, -1 / (double)rises->rises) + 2;
	double rising = n * (double)RISES_LEAST / (double)rises->rises;

	return fmax(fmax(pause, rising), slows ? 2 * n : 0);
}

/* What never falls, by its rises; of what has ended the slope is that of the rest. */
static int judge_steps(const int64_t *counts, size_t count, const struct points *points,
		       struct trend *trend, double *ret_enough)
{
	struct rises all = rises_count(counts, count);
	struct rises rest = rises_count(counts + trend->first, count - trend->first);
	size_t tail = slows_from(trend->first, count);
	bool slows = steps_slow_down(counts + tail, count - tail);
	struct slope slope;
	size_t from;
	int error;

	trend->verdict = judge_rises(&all, &rest, slows);
	*ret_enough = enough_for_rises(&all, count, slows);
	if (trend->verdict == TREND_CACHE && all.last > 0)
		trend->first = count - 1 - all.last;
	from = point_of(points, trend->first);
	if (from + 2 > points->count)
		from = points->count - 2;
	error = find_slope(points, from, points->count, &slope);
	take_slope(trend, &slope);
	return error;
}

/* What sways: of all its points, of those after the warm-up, and of the halves of these. */
struct sway {
	struct slope all, rest, early, late;
	size_t half; /* where the second one begins */
	double back; /* how far it fell back, but for single counts */
	bool leaves; /* nothing in its last third is as low as the first one mostly was */
};

/* What falls back that far does not grow. */
static bool leaves_its_level(const double *y, size_t count, double *room)
{
	size_t third = count / 3;
	double before;

	memcpy(room, y, third * sizeof(*y));
	before = slope_median(room, third);
	for (size_t i = count - third; i < count; i++)
		if (y[i] <= before)
			return false;
	return true;
}

/* Of the medians of three, and of the first. */
static double falls_back(const double *y, size_t count)
{
	double top = y[0], back = 0;

	for (size_t i = 1; i + 1 < count; i++) {
		double three[3] = {y[i - 1], y[i], y[i + 1]}, now = slope_median(three, 3);

		top = fmax(top, now);
		back = fmax(back, top - now);
	}
	return back;
}

static int measure(const struct points *points, size_t first, struct sway *sway)
{
	size_t count = points->count - first, from = slows_from(first, points->count);
	size_t half = from + (points->count - from) / 2;
	double *room = calloc(points->count, sizeof(*room));
	int error = room != NULL ? 0 : -ENOMEM;

	if (error == 0) {
		sway->leaves = leaves_its_level(points->y + first, count, room);
		sway->back = falls_back(points->y, points->count);
		error = find_slope(points, 0, points->count, &sway->all);
	}
	free(room);
	sway->half = half;
	if (error == 0)
		error = find_slope(points, first, points->count, &sway->rest);
	if (error == 0)
		error = find_slope(points, from, half, &sway->early);
	return error != 0 ? error : find_slope(points, half, points->count, &sway->late);
}

/* Clearly, even if what stays comes one by one and by chance. */
static bool sway_slows_down(const struct sway *sway, double sessions)
{
	double half = sessions / 2, early = sway->early.slope * half,
	       late = sway->late.slope * half;

	return late < slows_below * early &&
	       early - late > of_slowing * sqrt(early + fmax(late, 0));
}

/* As a whole and in its second half; not as what is filled and emptied, nor as what fills up. */
static bool sway_grows(const struct sway *sway, double sessions)
{
	return sway->rest.z >= of_rise && sway->late.z >= SLOPE_OF_INTERVAL && sway->leaves &&
	       sway->rest.slope * sessions >= 2 * sway->back && !sway_slows_down(sway, sessions);
}

/* If there were a rise worth telling it would have been seen. */
static bool is_still(const struct slope *slope)
{
	return slope->z < of_doubt && slope->high < worth_telling;
}

/* It rose as a whole, and of that less than half goes on. */
static bool has_ended(const struct slope *all, const struct slope *rest)
{
	return all->z_apart >= of_rise && is_still(rest) &&
	       (rest->high <= 0 || rest->high < all->slope / 2);
}

/*
 * The deviation of a slope becomes less with the power of one and a half of the sessions: so many
 * make the interval narrow enough for what does not rise, or the rise sure, and twice as high as it
 * fell back.
 */
static double enough_for_sway(const struct sway *sway, double sessions)
{
	double wide = (sway->rest.high - sway->rest.low) / 2 * 1.65 / worth_telling;
	double rise = sway->rest.slope * sessions;

	if (sway->rest.z < of_doubt)
		return sessions * pow(fmax(wide, 1), 2.0 / 3);
	return fmax(sessions * pow(fmax(1.5 * of_rise / sway->rest.z, 1), 2.0 / 3),
		    rise > 0 ? sessions * 2.5 * sway->back / rise : 0);
}

static int judge_sway(const struct points *points, struct trend *trend, double *ret_enough)
{
	size_t first = point_of(points, trend->first), count = points->count - first;
	struct sway sway;
	int error = measure(points, first, &sway);

	if (error != 0)
		return error;
	take_slope(trend, &sway.rest);
	*ret_enough = enough_for_sway(&sway, (double)(count * points->each));
	trend->verdict = TREND_UNCLEAR;
	if (sway_grows(&sway, (double)((count - 1) * points->each))) {
		trend->verdict = TREND_GROWING;
	} else if (is_still(&sway.rest) && is_still(&sway.all)) {
		trend->verdict = TREND_STEADY;
	} else if (has_ended(&sway.all, &sway.rest)) {
		trend->verdict = TREND_CACHE;
	} else if (has_ended(&sway.all, &sway.late)) {
		trend->verdict = TREND_CACHE;
		trend->first = count_of(points, sway.half);
		take_slope(trend, &sway.late);
	}
	return 0;
}

/* As most are: nothing is to be computed. */
static bool is_constant(const int64_t *counts, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (counts[i] != counts[0])
			return false;
	return true;
}

/* Those that would tell: more than there were, and no more exact than it is known. */
static uint64_t sessions_wanted(double enough, size_t count)
{
	double most = 1e9, tens = ceil(fmin(fmax(enough, (double)count + 1), most) / 10);

	return (uint64_t)tens * 10;
}

int trend_find(const int64_t *counts, size_t count, struct trend *ret_trend)
{
	struct trend trend = {.verdict = TREND_TOO_FEW};
	struct points points = {0};
	double enough = 0;
	int error;

	if (count >= TREND_LEAST && is_constant(counts, count))
		trend.verdict = TREND_STEADY;
	if (count < TREND_LEAST || trend.verdict == TREND_STEADY) {
		*ret_trend = trend;
		return 0;
	}
	error = take_points(counts, count, &points);
	if (error != 0)
		return error;
	trend.first = warm_up(counts, count);
	if (rises_count(counts, count).falls)
		error = judge_sway(&points, &trend, &enough);
	else
		error = judge_steps(counts, count, &points, &trend, &enough);
	free(points.y);
	if (error != 0)
		return error;
	trend.wanted = trend.verdict == TREND_UNCLEAR ? sessions_wanted(enough, count) : 0;
	*ret_trend = trend;
	return 0;
}
