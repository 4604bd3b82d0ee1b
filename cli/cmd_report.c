/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "output.h"
#include "say.h"
#include "sources.h"

static int collect(const struct options *options, struct sources *sources)
{
	char line[512];

	if (!options->operand_count) {
		say(sources_remedy(-ENOENT), "report of what?");
		return -EINVAL;
	}
	for (size_t i = 0; i < options->operand_count; i++) {
		int r = sources_add(sources, options->operands[i]);

		if (r < 0) {
			say(sources_remedy(r), "cannot open '%s': %s", options->operands[i],
			    sources_reason(r));
			return r;
		}
	}
	for (size_t i = 0; !options->quiet && sources_skip_line(sources, i, line, sizeof(line));
	     i++)
		say(NULL, "%s", line);
	return 0;
}

static int read_one(const struct source *source, const struct options *options,
		    struct report **ret_report)
{
	struct trace *trace;
	char error[512];
	int r = source_open(source, &options->search, options->grace_ns, &trace, error,
			    sizeof(error));

	if (r < 0) {
		say(sources_remedy(r), "%s", error);
		return r;
	}
	r = output_read(trace, source->path, options, source_now_ns(source, trace), ret_report);
	if (r == -ESRCH)
		say(report_marks(trace, error, sizeof(error)) < 0 ? NULL : error,
		    "no mark '%s' in '%s'", options->since, source->path);
	else if (r < 0)
		say("it may be damaged", "cannot read '%s': %s", source->path, trace_error(trace));
	trace_close(trace);
	return r;
}

int cmd_report(const struct options *options)
{
	struct sources sources = {0};
	struct report **reports = NULL;
	size_t count = 0;
	int r = collect(options, &sources);

	if (r == 0) {
		reports = calloc(sources.count, sizeof(struct report *));
		r = reports ? 0 : -ENOMEM;
	}
	for (; r == 0 && count < sources.count; count++) {
		r = read_one(&sources.items[count], options, &reports[count]);
		if (r < 0)
			break;
	}
	if (r == 0) {
		r = output_write(stdout, options, reports, count);
		/* Who closed the pipe has read enough. */
		if (r < 0 && errno == EPIPE)
			r = 0;
		if (r < 0)
			say(NULL, "cannot write the report: %s", strerror(-r));
	}
	for (size_t i = 0; i < count; i++)
		report_destroy(reports[i]);
	free(reports);
	sources_finish(&sources);
	return r < 0 ? EXIT_TOOL : EXIT_CLEAN;
}
