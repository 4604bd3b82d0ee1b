/* SPDX-License-Identifier: Apache-2.0 */
/* What two recordings found, or a baseline and one: compared by fingerprint. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include <report/format.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* clang-format off */
enum report_change {
#define REPORT_CHANGE(id, ...) REPORT_CHANGE_##id,
#include <report/changes.def>
#undef REPORT_CHANGE
	REPORT_CHANGE__COUNT
};
/* clang-format on */

/* Strings are the caller's. */
struct report_diff_item {
	enum report_change change;
	const char *fingerprint, *rule, *class_name;
	const char *state, *message, *function, *file; /* NULL unknown */
	int line;				       /* 0 unknown */
	uint64_t before, now;			       /* so many */
	bool only_strict; /* fails a gate only with --strict, which is not asked */
	bool worse;	  /* it is graver, or grows faster: more, whatever the counts say */
};

struct report_diff {
	const char *before, *now; /* names of the two */
	bool before_complete, now_complete;
	size_t left_out; /* findings that the policy excuses */
	/* In the order of their changes, then as they were given; what is only_strict last. */
	struct report_diff_item *items;
	size_t count;
	size_t counts[REPORT_CHANGE__COUNT];	    /* without what is only_strict: */
	size_t strict_counts[REPORT_CHANGE__COUNT]; /* that */
};

/*
 * Compares; all items are given in one array, each with one of its counts, what is now first. Those
 * of one fingerprint, and equally only_strict, become one, as the first of them says, in the
 * array's beginning. Names and what is complete must be set.
 */
int report_diff_make(struct report_diff_item *items, size_t count, struct report_diff *diff);

/* Something is new, or more, and fails a gate. */
bool report_diff_is_worse(const struct report_diff *diff);

/* clang-format off */
#define REPORT_DIFF_FORMAT(name, text) \
	int report_diff_##name(FILE *stream, const struct report_diff *diff, \
			       const struct report_style *style);
#include <report/diff_formats.def>
#undef REPORT_DIFF_FORMAT
/* clang-format on */

typedef int (*report_diff_writer)(FILE *stream, const struct report_diff *diff,
				  const struct report_style *style);

/* 0, or -errno if stream fails or memory runs out. */
struct report_diff_format {
	const char *name;
	report_diff_writer write;
};

/* The default first; ends with a row without a name. */
extern const struct report_diff_format report_diff_formats[];

extern const char *const report_change_names[REPORT_CHANGE__COUNT];

#endif
