/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate says about one trace or several. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

struct verdict {
	uint64_t failing; /* findings that fail the gate */
	uint64_t excused; /* findings that would, with --strict */
	uint64_t lost;
	bool unfinished;
	bool cut; /* --timeout ended a program */
};

/* Take a judged trace into account. */
int verdict_add(struct verdict *verdict, struct trace *trace, bool strict);

/* The exit code of `check`, and why: a line without newline. */
int verdict_conclude(const struct verdict *verdict, char *ret_line, size_t capacity);

#endif
