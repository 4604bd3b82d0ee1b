/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a policy say, row by row, and what a gate came to by each. */
#ifndef POLICY_ROWS_H
#define POLICY_ROWS_H

#include <base/u64map.h>
#include <policy/policy.h>
#include <schema/memory.h>

#include "pattern.h"

/* Which findings a row of severities or budgets is about: what is given must be so. */
struct condition {
	uint32_t rule, state, kind;	       /* words.h; 0: any */
	struct pattern class_name, scope_name; /* without text: any */
};

struct severity {
	struct condition condition;
	enum policy_level level;
	const char *path, *text, *why;
	unsigned line;
	uint64_t met; /* findings that it is about, as the first that fits */
};

/* A line that lets findings pass: a suppression, a budget, what lasts as long as the process. */
struct excuse {
	enum policy_reason reason;
	const char *path, *text, *why;
	unsigned line;
	uint64_t max;				     /* UINT64_MAX: no bound */
	struct condition condition;		     /* of a budget */
	uint32_t suppressed;			     /* of a suppression: policy_words_suppressed */
	struct pattern pattern;			     /* of a suppression */
	struct pattern function, module, class_name; /* of what lasts: without text: any */
	uint64_t met, sum;	      /* findings that it fits; resources that would fail */
	uint64_t findings, resources; /* that it let pass */
};

/* The most that one recording has. */
struct in_one {
	size_t recording; /* that of the last */
	uint64_t here, most;
};

uint64_t counts_add(uint64_t a, uint64_t b);
void in_one_add(struct in_one *tally, size_t recording, uint64_t count);

/* A line of the baseline. */
struct known {
	const char *fingerprint, *text; /* text: the line */
	const char *rule, *class_name, *culprit, *state_name;
	unsigned line;
	uint32_t state; /* words.h, the first the gravest; 0: any */
	uint64_t allowed;
	uint64_t in_one;	      /* of them in one recording; 0 unknown */
	struct policy_texts programs; /* in which they were found; none: unknown */
	uint64_t bound;		      /* of those that are allowed, what the recordings may have */
	struct in_one tally;	      /* of what was found */
	double slope;		      /* of what grew; 0: unknown, or it did not */
	uint64_t sessions;	      /* in so many; 0 unknown */
	uint64_t found;		      /* however excused */
	double found_slope;	      /* the same */
	uint64_t sum;		      /* what only the baseline could let pass, by its count */
	double sum_slope;	      /* the same: the fastest of it */
	bool graver;		      /* than it was: some of that */
};

/* So much faster it may grow than it did: slopes are measured. */
#define SLOPE_MORE 1.1

struct baseline {
	const char *path; /* NULL: none */
	struct known *items;
	size_t count;
	struct u64map by_fingerprint; /* to the index */
};

struct policy {
	struct schema_memory *memory;
	struct policy_settings settings;
	struct severity *severities;
	size_t severity_count;
	struct excuse *excuses; /* in the order of files and lines */
	size_t excuse_count;
	struct baseline baseline;
	struct policy_use *uses;
	struct policy_fixed *fixed;
	size_t use_count, fixed_count, refused, not_run; /* of the last policy_judge */
	const struct policy_recording *recordings;	 /* the caller's; NULL: not told */
	size_t recording_count;
	uint64_t sessions;
};

/*
 * What a file says, until all of it is known to be in order: then policy_accept adds it to the
 * policy. Items are in the policy's memory.
 */
struct draft {
	struct severity *severities;
	size_t severity_count;
	struct excuse *excuses;
	size_t excuse_count;
};

/* 0 or -ENOMEM: then nothing was added. */
int policy_accept(struct policy *policy, const struct draft *draft);

/* A copy in the policy's memory; NULL: none left. */
char *policy_keep(struct policy *policy, const char *text, size_t length);

/* Sorts errors. 0, or -EINVAL (-ENOMEM if they could not even be told) if there are any. */
int policy_errors_end(struct schema_errors *errors);

#endif
