/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The marks of a run. A series is the marks whose texts are equal but for their
 * digits: "session 1", "session 2".
 */
#ifndef ANALYZE_MARKS_H
#define ANALYZE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

struct mark_series {
	uint64_t key;
	bool sessions;	    /* so named */
	uint64_t *times_ns; /* rising */
	size_t count;
	size_t capacity;
};

struct marks {
	struct mark_series *series;
	size_t count;
	size_t capacity;
};

int marks_load(struct marks *marks, struct trace *trace);
void marks_finish(struct marks *marks);

#endif
