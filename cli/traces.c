/* SPDX-License-Identifier: Apache-2.0 */
#include "traces.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page_links.h"
#include "say.h"

int traces_collect(const struct options *options, size_t first, size_t count,
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
	int r = source_open(source, &search, &times, NULL, &trace, error, sizeof(error));

	if (r < 0) {
		say(sources_remedy(r), "%s", error);
		return r;
	}
	r = visitor(trace, source, options, ctx);
	trace_close(trace);
	return r;
}

int traces_visit(const struct options *options, size_t first, size_t count, trace_visitor visitor,
		 void *ctx, size_t *ret_missing)
{
	struct sources sources = {0};
	int r = traces_collect(options, first, count, &sources);

	if (ret_missing)
		*ret_missing = sources.missing;
	for (size_t i = 0; r == 0 && i < sources.count; i++)
		r = visit(&sources.items[i], options, visitor, ctx);
	sources_finish(&sources);
	return r;
}

void traces_closed(const char *path, int r)
{
	char remedy[PATH_MAX + 64];

	if (r != -EBUSY)
		return;
	snprintf(remedy, sizeof(remedy), "keep both; 'rtctrack report %s' makes one of them then",
		 path);
	say(remedy, "as long as somebody reads '%s', it is not whole without '%s-wal' beside it",
	    path, path);
}

struct judging {
	struct gate *gate;
	struct reports *reports; /* NULL: nothing is shown */
	struct page_links links;
};

/* Room for another report; NULL: none is wanted. */
static int make_room(struct reports *reports)
{
	struct report **items;

	if (!reports)
		return 0;
	items = reallocarray(reports->items, reports->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	reports->items = items;
	items[reports->count] = NULL;
	return 0;
}

static int add(struct trace *trace, const struct source *source, const struct options *options,
	       void *ctx)
{
	struct judging *judging = ctx;
	struct reports *reports = judging->reports;
	int r = make_room(reports);
	char marks[512];

	if (r == 0)
		r = gate_add(judging->gate, trace, source->path, source_now_ns(source, trace),
			     reports ? &reports->items[reports->count] : NULL);
	if (r == -ESRCH)
		say(report_marks(trace, marks, sizeof(marks)) < 0 ? NULL : marks,
		    "no mark '%s' in '%s'", options->filter.since, source->path);
	else if (r < 0)
		say("it may be damaged", "cannot read '%s': %s", source->path, trace_error(trace));
	if (r == 0)
		page_links_look(&judging->links, options, trace);
	if (reports)
		reports->count += r == 0;
	return r;
}

int traces_judge(const struct options *options, size_t first, size_t count, struct gate *gate,
		 struct reports *ret_reports)
{
	struct judging judging = {.gate = gate, .reports = ret_reports};
	size_t missing = 0;
	int r;

	if (ret_reports)
		*ret_reports = (struct reports){0};
	r = traces_visit(options, first, count, add, &judging, &missing);
	if (r < 0)
		return r;
	page_links_say(&judging.links, options);
	gate_miss(gate, missing);
	r = gate_judge(gate);
	if (r < 0)
		say(NULL, "cannot judge the findings: %s", strerror(-r));
	return r;
}

void reports_finish(struct reports *reports)
{
	for (size_t i = 0; i < reports->count; i++)
		report_destroy(reports->items[i]);
	free(reports->items);
}
