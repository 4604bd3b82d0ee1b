/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a series rises, and how sure that is. Pure arithmetic.
 *
 * The slope is Theil and Sen's: the median of the slopes between all pairs, which a few wild counts
 * do not move; its interval is Sen's (P. K. Sen, "Estimates of the regression coefficient based on
 * Kendall's tau", 1968; as in R. O. Gilbert, "Statistical Methods for Environmental Pollution
 * Monitoring", 1987, chapters 16 and 17, with the variance for ties). Whether it rises is Mann and
 * Kendall's test. What one count has from the one before tells nothing new: as many fewer counts
 * are reckoned with (S. Yue and C. Wang, "The Mann-Kendall test modified by effective sample size
 * to detect trend in serially correlated hydrological series", 2004), so that test and interval
 * hold for counts that wander too.
 */
#ifndef ANALYZE_SLOPE_H
#define ANALYZE_SLOPE_H

#include <stddef.h>

struct slope {
	double slope;	  /* more per point */
	double low, high; /* it lies in there with 95 % */
	double z;	  /* of Mann and Kendall, in deviations; below 0 it falls */
	double z_apart;	  /* the same, as if no count had anything of the one before */
};

/* Of two points at least. 0 or -ENOMEM. */
int slope_find(const double *y, size_t count, struct slope *ret_slope);

/* Quantile of the normal distribution: of the interval. */
#define SLOPE_OF_INTERVAL 1.959964

int slope_compare(const void *left, const void *right);
/* Sorts them. */
double slope_median(double *values, size_t count);

#endif
