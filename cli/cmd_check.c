/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "options.h"
#include "road.h"
#include "say.h"
#include "sources.h"
#include "verdict.h"

static int judge(const struct source *source, const struct options *options,
		 struct verdict *verdict)
{
	struct trace *trace;
	char error[512];
	int r = source_open(source, &options->search, options->grace_ns, &trace, error,
			    sizeof(error));

	if (r < 0) {
		say(sources_remedy(r), "%s", error);
		return r;
	}
	r = verdict_add(verdict, trace, options->strict);
	if (r < 0)
		say("it may be damaged", "cannot read '%s': %s", source->path, trace_error(trace));
	trace_close(trace);
	return r;
}

int cmd_check(const struct options *options)
{
	struct sources sources = {0};
	struct verdict verdict = {0};
	char line[512];
	int r = options->operand_count ? 0 : -EINVAL;

	if (r < 0)
		say(sources_remedy(-ENOENT), "check of what?");
	for (size_t i = 0; r == 0 && i < options->operand_count; i++) {
		r = sources_add(&sources, options->operands[i]);
		if (r < 0)
			say(sources_remedy(r), "cannot open '%s': %s", options->operands[i],
			    sources_reason(r));
	}
	for (size_t i = 0; !options->quiet && sources_skip_line(&sources, i, line, sizeof(line));
	     i++)
		say(NULL, "%s", line);
	for (size_t i = 0; r == 0 && i < sources.count; i++)
		r = judge(&sources.items[i], options, &verdict);
	sources_finish(&sources);
	if (r < 0)
		return EXIT_TOOL;
	r = verdict_conclude(&verdict, line, sizeof(line));
	if (!options->quiet)
		printf("%s\n", line);
	return r;
}
