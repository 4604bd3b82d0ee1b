/* SPDX-License-Identifier: Apache-2.0 */
#include "traces.h"

#include <errno.h>
#include <stdlib.h>

#include "output.h"
#include "say.h"

static int collect(const struct options *options, size_t first, size_t count,
		   struct sources *sources)
{
	char line[512];

	if (!count) {
		say(sources_remedy(-ENOENT), "%s of what?", options->command->name);
		return -EINVAL;
	}
	for (size_t i = first; i < first + count; i++) {
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

static int visit(const struct source *source, const struct options *options, trace_visitor visitor,
		 void *ctx)
{
	struct symbol_search search = options_search(options);
	struct road_times times = options_times(options);
	struct trace *trace;
	char error[512];
	int r = source_open(source, &search, &times, &trace, error, sizeof(error));

	if (r < 0) {
		say(sources_remedy(r), "%s", error);
		return r;
	}
	r = visitor(trace, source, options, ctx);
	trace_close(trace);
	return r;
}

int traces_visit(const struct options *options, size_t first, size_t count, trace_visitor visitor,
		 void *ctx)
{
	struct sources sources = {0};
	int r = collect(options, first, count, &sources);

	for (size_t i = 0; r == 0 && i < sources.count; i++)
		r = visit(&sources.items[i], options, visitor, ctx);
	sources_finish(&sources);
	return r;
}

static int read_report(struct trace *trace, const struct source *source,
		       const struct options *options, void *ctx)
{
	struct reports *reports = ctx;
	struct report **items =
		reallocarray(reports->items, reports->count + 1, sizeof(*reports->items));
	char marks[512];
	int r;

	if (!items)
		return -ENOMEM;
	reports->items = items;
	r = output_read(trace, source->path, options, source_now_ns(source, trace),
			&items[reports->count]);
	if (r == -ESRCH)
		say(report_marks(trace, marks, sizeof(marks)) < 0 ? NULL : marks,
		    "no mark '%s' in '%s'", options->filter.since, source->path);
	else if (r < 0)
		say("it may be damaged", "cannot read '%s': %s", source->path, trace_error(trace));
	reports->count += r == 0;
	return r;
}

int traces_read(const struct options *options, size_t first, size_t count,
		struct reports *ret_reports)
{
	*ret_reports = (struct reports){0};
	return traces_visit(options, first, count, read_report, ret_reports);
}

void reports_finish(struct reports *reports)
{
	for (size_t i = 0; i < reports->count; i++)
		report_destroy(reports->items[i]);
	free(reports->items);
}
