/* SPDX-License-Identifier: Apache-2.0 */
#include "served_look.h"

#include <analyze/analyze.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "names.h"

uint64_t look_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void judgement_destroy(struct judgement *judgement)
{
	if (!judgement)
		return;
	report_destroy(judgement->report);
	gate_close(judgement->gate);
	free(judgement);
}

/* Each by itself, by the files of its gate as they are now. The page itself filters. */
static int judge(struct trace *trace, const char *path, const struct options *options,
		 struct judgement **ret_judgement, char *ret_why)
{
	struct judgement *judgement = calloc(1, sizeof(*judgement));
	int r = judgement ? 0 : -ENOMEM;

	if (r == 0) {
		judgement->options = *options;
		judgement->options.filter = (struct report_filter){
			.mine = options->filter.mine,
			.for_gate = true,
		};
		r = gate_open(&judgement->options, POLICY_BASELINE_IF_THERE, &judgement->gate);
		if (r < 0) {
			judgement_destroy(judgement);
			return r;
		}
		r = gate_add(judgement->gate, trace, path, 0, &judgement->report);
	}
	if (r == 0)
		r = gate_judge(judgement->gate);
	if (r < 0) {
		snprintf(ret_why, LOOK_WHY_BYTES, "cannot read '%s': %s", path,
			 r == -ENOMEM ? strerror(ENOMEM) : trace_error(trace));
		judgement_destroy(judgement);
		return r;
	}
	*ret_judgement = judgement;
	return 0;
}

static int keep_names(struct trace *trace, const char *path, struct trace *names, char *ret_why)
{
	int r = names_copy(trace, names);

	if (r < 0)
		snprintf(ret_why, LOOK_WHY_BYTES, "cannot read '%s': %s", path, strerror(-r));
	return r;
}

static int take_image(struct trace *trace, const char *path, uint64_t image_most, struct look *look,
		      char *ret_why)
{
	int r = trace_size(trace, &look->size_bytes);

	if (r == 0 && look->size_bytes <= image_most)
		r = trace_image(trace, &look->image, &look->image_size);
	if (r < 0)
		snprintf(ret_why, LOOK_WHY_BYTES, "cannot read '%s': %s", path,
			 r == -ENOMEM ? strerror(ENOMEM) : trace_error(trace));
	return r;
}

int look_take(const struct source *source, const struct options *options, struct trace *names,
	      uint64_t image_most, struct look *ret_look, char ret_why[LOOK_WHY_BYTES])
{
	struct symbol_search search = options_search(options);
	struct road_times times = options_times(options);
	uint64_t begin_ns = look_clock_ns();
	struct look look = {0};
	struct trace *trace;
	int r;

	ret_why[0] = '\0';
	r = source_open(source, &search, &times, names, &trace, ret_why, LOOK_WHY_BYTES);
	if (r < 0)
		return r;
	look.finished = !source->spools && trace_meta(trace, "finished");
	look.grace_ns = analyze_grace_ns(trace);
	r = look.finished ? 0 : keep_names(trace, source->path, names, ret_why);
	if (r == 0)
		r = judge(trace, source->path, options, &look.judgement, ret_why);
	if (r == 0)
		r = take_image(trace, source->path, image_most, &look, ret_why);
	if (r == 0)
		page_links_look(&look.links, options, trace);
	trace_close(trace);
	if (r < 0) {
		judgement_destroy(look.judgement);
		return r;
	}
	look.took_ns = look_clock_ns() - begin_ns;
	*ret_look = look;
	return 0;
}
