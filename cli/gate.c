/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_inside.h"

#include <base/text.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

/* Takes memory, of which NULL stays NULL. */
static void *own(struct gate *gate, void *memory)
{
	void **owned =
		memory ? reallocarray(gate->owned, gate->owned_count + 1, sizeof(*owned)) : NULL;

	if (!owned) {
		free(memory);
		return NULL;
	}
	gate->owned = owned;
	owned[gate->owned_count++] = memory;
	return memory;
}

const char *gate_own_text(struct gate *gate, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	char *copy = text ? own(gate, malloc(3 * length + 1)) : NULL;

	if (copy)
		text_clean(text, length, copy, 3 * length + 1);
	return copy;
}

const char *gate_own_place(struct gate *gate, const char *path, unsigned line)
{
	char *raw;
	const char *place;

	if (asprintf(&raw, "%s:%u", path, line) < 0)
		return NULL;
	place = gate_own_text(gate, raw);
	free(raw);
	return place;
}

int gate_open(struct options *options, enum policy_baseline with, struct gate **ret_gate)
{
	struct gate *gate = calloc(1, sizeof(*gate));
	int r;

	if (!gate) {
		say(NULL, "no memory for the gate");
		return -ENOMEM;
	}
	gate->options = options;
	gate->code = EXIT_NO_VERDICT;
	r = policy_files_open(options, with, &gate->files);
	if (r < 0) {
		gate_close(gate);
		return r;
	}
	*ret_gate = gate;
	return 0;
}

void gate_close(struct gate *gate)
{
	if (!gate)
		return;
	for (size_t i = 0; i < gate->recording_count; i++)
		report_destroy(gate->recordings[i].all);
	for (size_t i = 0; i < gate->owned_count; i++)
		free(gate->owned[i]);
	free(gate->owned);
	free(gate->recordings);
	free(gate->ran);
	free(gate->asked);
	free(gate->marked);
	free(gate->uses);
	free(gate->fixed);
	policy_files_finish(&gate->files);
	free(gate);
}

struct policy_files *gate_files(struct gate *gate)
{
	return &gate->files;
}

static int grow(struct gate *gate, size_t count)
{
	struct gate_recording *recordings = reallocarray(
		gate->recordings, gate->recording_count + 1, sizeof(*gate->recordings));
	struct policy_recording *ran;
	struct policy_finding *asked;
	struct report_finding **marked;

	if (!recordings)
		return -ENOMEM;
	gate->recordings = recordings;
	ran = reallocarray(gate->ran, gate->recording_count + 1, sizeof(*ran));
	if (!ran)
		return -ENOMEM;
	gate->ran = ran;
	asked = reallocarray(gate->asked, gate->count + count + 1, sizeof(*asked));
	if (!asked)
		return -ENOMEM;
	gate->asked = asked;
	marked = reallocarray(gate->marked, gate->count + count + 1, sizeof(*marked));
	if (!marked)
		return -ENOMEM;
	gate->marked = marked;
	return 0;
}

/* Without our own, which are in every stack. */
static int frames_of(struct gate *gate, const struct report_finding *finding,
		     struct policy_finding *asked)
{
	struct policy_frame *frames = own(gate, calloc(finding->stack.count + 1, sizeof(*frames)));

	if (!frames)
		return -ENOMEM;
	for (size_t i = 0; i < finding->stack.count; i++) {
		const struct report_frame *frame = &finding->stack.frames[i];

		if (report_is_ours(frame))
			continue;
		frames[asked->frame_count++] = (struct policy_frame){
			.function = frame->function,
			.file = frame->file,
			.module = frame->module && frame->module[0] ? frame->module : NULL,
		};
	}
	asked->frames = frames;
	return 0;
}

static uint64_t sessions_of(const struct report *report)
{
	return report->soak ? report->soak->sessions : report->mark_count;
}

/* NULL unknown. */
static const char *program_of(const struct report *report, size_t process)
{
	const char *exe = process < report->process_count ? report->processes[process].exe : NULL;
	const char *slash = exe ? strrchr(exe, '/') : NULL;

	return slash ? slash + 1 : exe;
}

static int list_programs(struct gate *gate, const struct report *report,
			 struct policy_recording *ret_ran)
{
	const char **programs = own(gate, calloc(report->process_count + 1, sizeof(*programs)));
	size_t count = 0;

	if (!programs)
		return -ENOMEM;
	for (size_t i = 0; i < report->process_count; i++) {
		const char *program = program_of(report, i);
		size_t j = 0;

		while (program && j < count && strcmp(programs[j], program) != 0)
			j++;
		if (program && j == count)
			programs[count++] = program;
	}
	*ret_ran = (struct policy_recording){.programs = programs, .program_count = count};
	return 0;
}

static int ask(struct gate *gate, const struct report *report, struct report_finding *finding)
{
	struct policy_finding asked = {
		.rule = finding->rule,
		.state = finding->state,
		.kind = finding->kind,
		.class_name = finding->class_name,
		.fingerprint = finding->fingerprint,
		.culprit = finding->culprit_function,
		.culprit_module = finding->culprit_module,
		.message = finding->message,
		.count = finding->count,
		.grows = strcmp(finding->state, "growing") == 0,
		.slope = finding->slope > 0 ? finding->slope : 0,
		.sessions = sessions_of(report),
		.placeless = finding->placeless,
		.recording = gate->recording_count - 1,
		.program = program_of(report, finding->process),
		.scopes = finding->scopes,
		.scope_count = finding->scope_count,
	};
	int r = frames_of(gate, finding, &asked);

	if (r < 0)
		return r;
	gate->asked[gate->count] = asked;
	gate->marked[gate->count++] = finding;
	return 0;
}

static int add_all(struct gate *gate, struct trace *trace, struct report *all)
{
	int r = grow(gate, all->finding_count);

	if (r == 0)
		r = list_programs(gate, all, &gate->ran[gate->recording_count]);
	if (r < 0) {
		report_destroy(all);
		return r;
	}
	gate->recordings[gate->recording_count++] = (struct gate_recording){.all = all};
	if (sessions_of(all) > gate->sessions)
		gate->sessions = sessions_of(all);
	for (size_t i = 0; r == 0 && i < all->finding_count; i++)
		r = ask(gate, all, &all->findings[i]);
	return r == 0 ? verdict_add(&gate->verdict, trace) : r;
}

int gate_add(struct gate *gate, struct trace *trace, const char *trace_path, uint64_t now_ns,
	     struct report **ret_report)
{
	const struct report_filter *wanted = &gate->options->filter;
	struct report_filter everything = {
		.mine = wanted->mine,
		.more_mine = wanted->more_mine,
		.more_mine_count = wanted->more_mine_count,
		.for_gate = true,
	};
	struct report_filter filter = *wanted;
	struct report *all, *shown = NULL;
	int r = report_read(trace, trace_path, &everything, &all);

	if (r == 0)
		r = add_all(gate, trace, all);
	if (r < 0 || !ret_report)
		return r;
	filter.now_ns = now_ns;
	filter.top = 0; /* counts from those that fail: see arrange */
	filter.with_image = gate->options->format->reader == REPORT_FOR_BROWSER;
	r = report_read(trace, trace_path, &filter, &shown);
	if (r == 0)
		*ret_report = gate->recordings[gate->recording_count - 1].shown = shown;
	return r;
}

void gate_miss(struct gate *gate, size_t count)
{
	gate->verdict.missing += count;
}

int gate_code(const struct gate *gate)
{
	return gate->code;
}

const char *gate_line(const struct gate *gate)
{
	return gate->line;
}

const struct verdict *gate_verdict(const struct gate *gate)
{
	return &gate->verdict;
}

struct gate_findings gate_findings(const struct gate *gate)
{
	return (struct gate_findings){
		.asked = gate->asked,
		.marked = (const struct report_finding *const *)gate->marked,
		.count = gate->count,
	};
}
