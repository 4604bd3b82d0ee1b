/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "options.h"
#include "road.h"
#include "say.h"
#include "sources.h"

struct verdict {
	uint64_t failing;
	uint64_t lost;
	bool unfinished;
};

static int judge(const struct source *source, bool strict, struct verdict *verdict)
{
	struct trace *trace;
	uint64_t lost, failing;
	bool finished;
	char error[512];
	int r = source_open(source, &trace, error, sizeof(error));

	if (r < 0) {
		say(sources_remedy(r), "%s", error);
		return r;
	}
	r = road_evidence(trace, &lost, &finished);
	if (r == 0)
		r = road_failing(trace, strict, &failing);
	if (r < 0) {
		say("it may be damaged", "cannot read '%s': %s", source->path, trace_error(trace));
	} else {
		verdict->lost += lost;
		verdict->failing += failing;
		verdict->unfinished |= !finished;
	}
	trace_close(trace);
	return r;
}

/* Findings weigh more than gaps: what was seen was seen. */
static int conclude(const struct verdict *verdict, bool quiet)
{
	char line[160];
	int code;

	if (verdict->failing) {
		code = EXIT_FINDINGS;
		snprintf(line, sizeof(line), "%" PRIu64 " finding%s fail%s the gate",
			 verdict->failing, verdict->failing == 1 ? "" : "s",
			 verdict->failing == 1 ? "s" : "");
	} else if (verdict->unfinished) {
		code = EXIT_NO_VERDICT;
		snprintf(line, sizeof(line), "no verdict: the recording did not come to its end");
	} else if (verdict->lost) {
		code = EXIT_NO_VERDICT;
		snprintf(line, sizeof(line),
			 "no verdict: evidence is missing (%" PRIu64
			 " lost); 'rtctrack report' says what",
			 verdict->lost);
	} else {
		code = EXIT_CLEAN;
		snprintf(line, sizeof(line), "clean");
	}
	if (!quiet)
		printf("%s\n", line);
	return code;
}

int cmd_check(const struct options *options)
{
	struct sources sources = {0};
	struct verdict verdict = {0};
	int r = options->operand_count ? 0 : -EINVAL;

	if (r < 0)
		say(sources_remedy(-ENOENT), "check of what?");
	for (size_t i = 0; r == 0 && i < options->operand_count; i++) {
		r = sources_add(&sources, options->operands[i]);
		if (r < 0)
			say(sources_remedy(r), "cannot open '%s': %s", options->operands[i],
			    sources_reason(r));
	}
	for (size_t i = 0; r == 0 && i < sources.count; i++)
		r = judge(&sources.items[i], options->strict, &verdict);
	sources_finish(&sources);
	return r < 0 ? EXIT_TOOL : conclude(&verdict, options->quiet);
}
