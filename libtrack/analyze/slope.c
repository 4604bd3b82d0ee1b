/* SPDX-License-Identifier: Apache-2.0 */
#include "slope.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What follows the count before it more closely has no trend that could be told. */
static const double likeness_most = 0.95;

int slope_compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

double slope_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), slope_compare);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The pairs of which the later is more, without those of which it is less; and how far chance goes.
 */
struct kendall {
	double score, deviation;
};

/* sorted has room for as many. */
static struct kendall kendall_of(const double *y, size_t count, double *sorted)
{
	double n = (double)count, variance = n * (n - 1) * (2 * n + 5);
	struct kendall kendall = {0};

	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			kendall.score += (y[j] > y[i]) - (y[j] < y[i]);
	memcpy(sorted, y, count * sizeof(*y));
	qsort(sorted, count, sizeof(*sorted), slope_compare);
	for (size_t i = 0, next; i < count; i = next) {
		double ties;

		for (next = i + 1; next < count && sorted[next] == sorted[i];)
			next++;
		ties = (double)(next - i);
		variance -= ties * (ties - 1) * (2 * ties + 5);
	}
	kendall.deviation = sqrt(variance / 18);
	return kendall;
}

static double z_of(struct kendall kendall)
{
	if (kendall.score == 0 || kendall.deviation == 0)
		return 0;
	return (kendall.score - copysign(1, kendall.score)) / kendall.deviation;
}

/* How many counts that have some of the one before stand for one that has not; 1 or more. */
static double likeness(const double *y, size_t count, double slope, double *rest)
{
	double mean = 0, all = 0, next = 0, like;

	for (size_t i = 0; i < count; i++) {
		rest[i] = y[i] - slope * (double)i;
		mean += rest[i] / (double)count;
	}
	for (size_t i = 0; i < count; i++) {
		all += (rest[i] - mean) * (rest[i] - mean);
		if (i > 0)
			next += (rest[i] - mean) * (rest[i - 1] - mean);
	}
	/* Of a straight line only what was rounded is left. */
	if (next <= 1e-9 * (double)count)
		return 1;
	like = fmin(next / all, likeness_most);
	return (1 + like) / (1 - like);
}

/* The sorted slope of this rank from 1; between two of them both count half. */
static double at_rank(const double *slopes, size_t count, double rank)
{
	double least = 1, most = (double)count;
	double bounded = rank < least ? least : rank > most ? most : rank;
	size_t low = (size_t)floor(bounded) - 1, high = (size_t)ceil(bounded) - 1;

	return (slopes[low] + slopes[high]) / 2;
}

int slope_find(const double *y, size_t count, struct slope *ret_slope)
{
	size_t pairs = count * (count - 1) / 2, at = 0;
	double *slopes = calloc(pairs + count, sizeof(*slopes)), within, all = (double)pairs;
	struct kendall kendall;

	if (slopes == NULL)
		return -ENOMEM;
	kendall = kendall_of(y, count, slopes + pairs);
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			slopes[at++] = (y[j] - y[i]) / (double)(j - i);
	qsort(slopes, pairs, sizeof(*slopes), slope_compare);
	ret_slope->slope = at_rank(slopes, pairs, (all + 1) / 2);
	ret_slope->z_apart = z_of(kendall);
	kendall.deviation *= sqrt(likeness(y, count, ret_slope->slope, slopes + pairs));
	within = SLOPE_OF_INTERVAL * kendall.deviation;
	ret_slope->low = at_rank(slopes, pairs, floor((all - within) / 2));
	ret_slope->high = at_rank(slopes, pairs, ceil((all + within) / 2) + 1);
	ret_slope->z = z_of(kendall);
	free(slopes);
	return 0;
}
