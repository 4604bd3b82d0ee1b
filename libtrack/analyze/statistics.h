/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lifetimes that began and ended in order, as sums: one statistic for all that
 * agree in kind, class, stacks, calls and ending. What is kept of them once a
 * trace is past its budget.
 */
#ifndef ANALYZE_STATISTICS_H
#define ANALYZE_STATISTICS_H

#include <base/u64map.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

struct image;
struct life;
struct statistic;

/*
 * So many of one run are told apart by both stacks; as many more by the birth
 * stack alone; the rest by neither, so that memory is bounded.
 */
#define STATISTICS_MAX 131072u

/* Those of one image. Zeroed is empty. */
struct statistics {
	struct u64map by_hash; /* of what they agree in -> struct statistic * */
	size_t count;
};

/* Those of all images. */
struct statistics_book {
	struct trace *trace;
	struct statistic *changed; /* not as the trace has them */
	size_t count;
};

/* Add a life that is over to its statistic, made if new. -ENOMEM. */
int statistics_add(struct statistics_book *book, struct image *image, const struct life *life,
		   struct statistic **ret_statistic);
/*
 * Take a life out again that has not changed since. Least, most, first and last
 * stay as they are while others are left.
 */
void statistics_subtract(struct statistics_book *book, struct statistic *statistic,
			 const struct life *life);
/* Write what changed. */
int statistics_write(struct statistics_book *book);
/* Free those of an image; what was not written is lost. */
void statistics_finish(struct statistics *statistics, struct statistics_book *book);

#endif
