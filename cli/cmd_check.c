/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "say.h"
#include "traces.h"
#include "verdict.h"

static int judge(struct trace *trace, const struct source *source, const struct options *options,
		 void *ctx)
{
	int r = verdict_add(ctx, trace, options->strict);

	if (r < 0)
		say("it may be damaged", "cannot read '%s': %s", source->path, trace_error(trace));
	return r;
}

int cmd_check(const struct options *options)
{
	struct verdict verdict = {0};
	char line[512];
	int code;

	if (traces_visit(options, 0, options->operand_count, judge, &verdict) < 0)
		return EXIT_TOOL;
	code = verdict_conclude(&verdict, line, sizeof(line));
	if (!options->quiet)
		printf("%s\n", line);
	return code;
}
