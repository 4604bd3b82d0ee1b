/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "road.h"

int verdict_add(struct verdict *verdict, struct trace *trace, bool strict)
{
	uint64_t lost = 0, failing = 0, failing_strictly = 0;
	bool finished = false;
	int r = road_evidence(trace, &lost, &finished);

	if (r == 0)
		r = road_failing(trace, strict, &failing);
	if (r == 0)
		r = road_failing(trace, true, &failing_strictly);
	if (r < 0)
		return r;
	verdict->failing += failing;
	verdict->excused += failing_strictly - failing;
	verdict->lost += lost;
	verdict->unfinished |= !finished;
	verdict->cut |= trace_meta(trace, "timeout_s") != NULL;
	return 0;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static const char *until(const struct verdict *verdict)
{
	return verdict->cut ? "; --timeout ended the program: only what it did until then is judged"
			    : "";
}

/* Findings weigh more than gaps: those that rest on what may be missing fail no gate. */
int verdict_conclude(const struct verdict *verdict, char *ret_line, size_t capacity)
{
	if (verdict->failing) {
		snprintf(ret_line, capacity, "failed by %" PRIu64 " finding%s%s", verdict->failing,
			 plural(verdict->failing), until(verdict));
		return EXIT_FINDINGS;
	}
	if (verdict->unfinished) {
		snprintf(ret_line, capacity, "no verdict: the recording did not come to its end");
		return EXIT_NO_VERDICT;
	}
	if (verdict->lost) {
		snprintf(ret_line, capacity,
			 "no verdict: evidence is missing; the report's notes say what");
		return EXIT_NO_VERDICT;
	}
	if (verdict->excused)
		snprintf(ret_line, capacity,
			 "passed; %" PRIu64 " finding%s would fail it with --strict%s",
			 verdict->excused, plural(verdict->excused), until(verdict));
	else
		snprintf(ret_line, capacity, "passed%s", until(verdict));
	return EXIT_CLEAN;
}
