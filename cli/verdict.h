/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate says about one trace or several, in a line. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

#include "ending.h"

#define VERDICT_EXCUSES_MAX 6

/* So many findings pass by that file. */
struct verdict_excuse {
	const char *by;
	uint64_t count;
};

struct verdict {
	uint64_t failing;  /* findings that fail the gate */
	uint64_t strict;   /* findings that would, with --strict */
	uint64_t rechecks; /* of these: the program ended within the grace time */
	bool held;	   /* and was held back, but not for long enough */
	uint64_t excused;  /* findings that would, but for a line that is about them */
	struct verdict_excuse excuses[VERDICT_EXCUSES_MAX]; /* whose lines; by NULL: no more */
	uint64_t unused;  /* suppressions that matched nothing, where that fails the gate */
	uint64_t fixed;	  /* that the baseline knows, and are gone or fewer */
	uint64_t missing; /* files that should be recordings, and cannot be read */
	uint64_t lost;
	bool unfinished;
	char undecided[256]; /* why a trace itself says that nothing can be told; "" it does not */
	struct endings endings;
};

/* Take into account what a judged trace could not see. 0 or -errno. */
int verdict_add(struct verdict *verdict, struct trace *trace);

/* A finding that would fail it passes by a line of that file, whose name the caller keeps. */
void verdict_excuse(struct verdict *verdict, const char *by);

/* Nothing is missing: what was not seen is not there. */
bool verdict_is_complete(const struct verdict *verdict);

/* The exit code of `check`, and why: a line without newline. */
int verdict_conclude(const struct verdict *verdict, char *ret_line, size_t capacity);

#endif
