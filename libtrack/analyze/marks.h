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
/* One more, later than those before. -ENOMEM. */
int marks_add(struct marks *marks, uint64_t time_ns, const char *text);
/*
 * The series that tells of sessions: the one that such a mark would be in, or, with NULL, one that
 * is so named, else the longest. NULL: there is none.
 */
const struct mark_series *marks_of_sessions(const struct marks *marks, const char *like);
void marks_finish(struct marks *marks);

/* How many of these times, in order, lie before this one: the index of the first that does not. */
static inline size_t marks_before(const uint64_t *times_ns, size_t count, uint64_t time_ns)
{
	size_t low = 0, high = count;

	/* Most lives are younger than every mark. */
	if (count > 0 && times_ns[count - 1] < time_ns)
		return count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (times_ns[middle] < time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

#endif
