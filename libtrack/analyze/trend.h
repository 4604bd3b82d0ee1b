/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what is counted after each session grows, and how fast. Pure arithmetic.
 *
 * The slope and its interval, and whether counts that also fall rise on the whole, are those of
 * slope.h. Warm-up is found by MSER (K. P. White, "An effective truncation heuristic for bias
 * reduction in simulation output", 1997), here of the steps from count to count: it ends where the
 * rate of what follows is known best. Where the counts are too few to tell growth from none, there
 * is no verdict.
 */
#ifndef ANALYZE_TREND_H
#define ANALYZE_TREND_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/soak.h"

/* Fewer counts than that prove nothing. */
enum { TREND_LEAST = SOAK_SESSIONS_LEAST };

/* clang-format off */
enum trend_verdict {
#define TREND_VERDICT(id, name, text) TREND_##id,
#include "trend_verdicts.def"
#undef TREND_VERDICT
	TREND__COUNT
};
/* clang-format on */

const char *trend_name(enum trend_verdict verdict);

struct trend {
	enum trend_verdict verdict;
	size_t first;	  /* counts before this one are warm-up */
	double slope;	  /* more per session, after that */
	double low, high; /* its interval: it lies in there with 95 % */
	uint64_t wanted;  /* TREND_UNCLEAR: about so many sessions would tell */
};

/* Of the counts after sessions one after the other. 0 or -ENOMEM. */
int trend_find(const int64_t *counts, size_t count, struct trend *ret_trend);

#endif
