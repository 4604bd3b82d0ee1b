/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "marks.h"
#include "soak_trends.h"

/* What a session is, in the trace; and what follows the number in the marks that are set after one.
 */
static const struct {
	const char *name, *mark; /* mark NULL: the program sets its own */
} ways[SOAK_BY__COUNT] = {
	[SOAK_BY_MARKS] = {"marks", NULL},
	[SOAK_BY_CLOSES] = {"closes", "closed"},
	[SOAK_BY_REPETITIONS] = {"repetitions", "repeated"},
};

void soak_mark_text(enum soak_by by, uint64_t number, char *ret_text)
{
	snprintf(ret_text, SOAK_MARK_BYTES, "session %" PRIu64 " (%s)", number, ways[by].mark);
}

int soak_begin(struct trace *trace, enum soak_by by, uint64_t sessions, const char *what)
{
	char number[24];
	int error = trace_set_meta(trace, "soak", ways[by].name);

	snprintf(number, sizeof(number), "%" PRIu64, sessions);
	if (error == 0)
		error = trace_set_meta(trace, "soak_sessions", number);
	return error != 0 ? error : trace_set_meta(trace, "soak_what", what);
}

int soak_stop(struct trace *trace, const char *why)
{
	return trace_set_meta(trace, "soak_stopped", why);
}

bool soak_is(struct trace *trace, enum soak_by *ret_by)
{
	const char *name = trace_meta(trace, "soak");

	for (int by = 0; name != NULL && by < SOAK_BY__COUNT; by++) {
		if (strcmp(ways[by].name, name) != 0)
			continue;
		*ret_by = (enum soak_by)by;
		return true;
	}
	return false;
}

const struct mark_series *soak_series(const struct marks *marks, enum soak_by by)
{
	char text[SOAK_MARK_BYTES];

	if (ways[by].mark == NULL)
		return marks_of_sessions(marks, NULL);
	soak_mark_text(by, 1, text);
	return marks_of_sessions(marks, text);
}
