/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate_inside.h"

#define REASON_BYTES 128

static const enum report_excuse excuses[] = {
	[POLICY_BY_STATE] = REPORT_NOT_EXCUSED,
	[POLICY_PROCESS_LIFETIME] = REPORT_PROCESS_LIFETIME,
	[POLICY_SUPPRESSED] = REPORT_SUPPRESSED,
	[POLICY_BASELINE] = REPORT_BASELINE,
	[POLICY_BUDGET] = REPORT_BUDGET,
	[POLICY_SEVERITY] = REPORT_SEVERITY,
};

static const enum report_level levels[] = {
	[POLICY_IGNORE] = REPORT_LEVEL_IGNORE,
	[POLICY_NOTE] = REPORT_LEVEL_NOTE,
	[POLICY_WARNING] = REPORT_LEVEL_WARNING,
	[POLICY_ERROR] = REPORT_LEVEL_ERROR,
};

static const enum report_novelty novelties[] = {
	[POLICY_NO_BASELINE] = REPORT_NO_BASELINE,
	[POLICY_NEW] = REPORT_NEW,
	[POLICY_KNOWN] = REPORT_KNOWN,
	[POLICY_MORE] = REPORT_MORE,
};

/* A line about it lets so many pass, and there are more. */
static bool is_beyond(const struct policy_verdict *verdict)
{
	return verdict->fails && verdict->path && verdict->reason != POLICY_SEVERITY &&
	       verdict->found > verdict->allowed;
}

/* As the line says, or what it does not know of. */
static const char *own_reason(struct gate *gate, const struct policy_verdict *verdict)
{
	char text[REASON_BYTES];

	if (verdict->state_was)
		snprintf(text, sizeof(text), "then it was %s, which is less grave",
			 verdict->state_was);
	else if (verdict->slope > 0)
		snprintf(text, sizeof(text), "then it grew by %.3g with each session, now by %.3g",
			 verdict->slope_was, verdict->slope);
	else
		return gate_own_text(gate, verdict->why);
	return gate_own_text(gate, text);
}

static int mark(struct gate *gate, const struct policy_verdict *verdict, struct report_gate *said)
{
	*said = (struct report_gate){
		.judged = true,
		.fails = verdict->fails,
		.level = levels[verdict->level],
		.excuse = excuses[verdict->reason],
		.reason = own_reason(gate, verdict),
		.novelty = novelties[verdict->novelty],
		.allowed = verdict->allowed == UINT64_MAX ? 0 : verdict->allowed,
		.found = is_beyond(verdict) ? verdict->found : 0,
	};
	if (verdict->path)
		said->place = gate_own_place(gate, verdict->path, verdict->line);
	return (verdict->path && !said->place) || (verdict->why && !said->reason) ? -ENOMEM : 0;
}

/* It would fail with --strict: how much of that is undecided, and why. */
static void count_strict(struct verdict *sum, const struct report *report,
			 const struct report_finding *finding)
{
	sum->strict++;
	if (strcmp(finding->state, "recheck") != 0)
		return;
	sum->rechecks++;
	sum->held |= finding->process < report->process_count &&
		     report->processes[finding->process].held_ns;
}

static void count(struct gate *gate, const struct policy_verdict *verdict,
		  const struct report *report, const struct report_finding *finding)
{
	struct verdict *sum = &gate->verdict;

	if (verdict->fails)
		sum->failing++;
	else if (verdict->path && verdict->would_fail)
		verdict_excuse(sum,
			       verdict->reason == POLICY_BASELINE ? "the baseline" : verdict->path);
	else if (verdict->level == POLICY_WARNING && !report_is_excused(finding))
		count_strict(sum, report, finding);
}

static void count_all(struct gate *gate, const struct policy_verdict *verdicts)
{
	for (size_t i = 0; i < gate->recording_count; i++) {
		const struct report *report = gate->recordings[i].all;

		for (size_t j = 0; j < report->finding_count; j++)
			count(gate, verdicts++, report, &report->findings[j]);
	}
}

/* A run is one of many that share their suppressions: only who sees all can miss a finding. */
static bool fails_unused(const struct options *options)
{
	return options->strict && options->command->id == COMMAND_CHECK;
}

static int take_uses(struct gate *gate)
{
	size_t total;
	const struct policy_use *uses = policy_uses(gate->files.policy, &total);

	gate->uses = calloc(total + 1, sizeof(*gate->uses));
	if (!gate->uses)
		return -ENOMEM;
	for (size_t i = 0; i < total; i++) {
		struct report_use *use = &gate->uses[i];

		*use = (struct report_use){
			.place = gate_own_place(gate, uses[i].path, uses[i].line),
			.text = gate_own_text(gate, uses[i].text),
			.reason = gate_own_text(gate, uses[i].why),
			.met = uses[i].met,
			.findings = uses[i].findings,
			.resources = uses[i].resources,
			.max = uses[i].max,
			.suppression = uses[i].reason == POLICY_SUPPRESSED,
			.severity = uses[i].reason == POLICY_SEVERITY,
		};
		if (!use->place || !use->text)
			return -ENOMEM;
		gate->use_count++;
		gate->verdict.unused +=
			use->suppression && !use->met && fails_unused(gate->options);
	}
	return 0;
}

/* "" is what a line of the baseline does not have. */
static const char *own_known(struct gate *gate, const char *text)
{
	return text && text[0] ? gate_own_text(gate, text) : NULL;
}

/* What was not seen is not fixed. */
static int take_fixed(struct gate *gate)
{
	size_t total;
	const struct policy_fixed *fixed = policy_fixed(gate->files.policy, &total);

	if (!verdict_is_complete(&gate->verdict))
		return 0;
	gate->fixed = calloc(total + 1, sizeof(*gate->fixed));
	if (!gate->fixed)
		return -ENOMEM;
	for (size_t i = 0; i < total; i++) {
		struct report_fixed *item = &gate->fixed[i];

		*item = (struct report_fixed){
			.fingerprint = gate_own_text(gate, fixed[i].fingerprint),
			.rule = gate_own_text(gate, fixed[i].rule ? fixed[i].rule : ""),
			.class_name =
				gate_own_text(gate, fixed[i].class_name ? fixed[i].class_name : ""),
			.culprit = own_known(gate, fixed[i].culprit),
			.allowed = fixed[i].allowed,
			.found = fixed[i].found,
		};
		if (!item->fingerprint || !item->rule || !item->class_name)
			return -ENOMEM;
		gate->fixed_count++;
	}
	gate->verdict.fixed = gate->fixed_count;
	return 0;
}

/* What is shown is a part of all, in the same order. */
static void mark_shown(const struct gate_recording *recording)
{
	const struct report *all = recording->all;
	struct report *shown = recording->shown;

	for (size_t i = 0, j = 0; i < shown->finding_count; i++) {
		while (j < all->finding_count && all->findings[j].id != shown->findings[i].id)
			j++;
		if (j < all->finding_count)
			shown->findings[i].gate = all->findings[j].gate;
	}
}

static bool is_ignored(const struct report_finding *finding)
{
	return finding->gate.judged && finding->gate.level == REPORT_LEVEL_IGNORE &&
	       finding->gate.excuse == REPORT_SEVERITY;
}

/* Excused ones last, ignored ones not at all; then only the first of them, if top says so. */
static int arrange(struct report *report, size_t top)
{
	struct report_finding *excused = calloc(report->finding_count + 1, sizeof(*excused));
	size_t kept = 0, excused_count = 0;

	if (!excused)
		return -ENOMEM;
	for (size_t i = 0; i < report->finding_count; i++) {
		if (is_ignored(&report->findings[i]))
			report->finding_ignored++;
		else if (report_is_excused(&report->findings[i]))
			excused[excused_count++] = report->findings[i];
		else
			report->findings[kept++] = report->findings[i];
	}
	memcpy(report->findings + kept, excused, excused_count * sizeof(*excused));
	free(excused);
	report->finding_count = report->finding_total = kept + excused_count;
	if (top && report->finding_count > top)
		report->finding_count = top;
	return 0;
}

static int show(struct gate *gate)
{
	/* Of what is merged, top is of all together. */
	uint32_t top = gate->options->merge ? 0 : gate->options->filter.top;
	struct report *first = gate->recording_count ? gate->recordings[0].shown : NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < gate->recording_count; i++) {
		if (!gate->recordings[i].shown)
			continue;
		mark_shown(&gate->recordings[i]);
		gate->recordings[i].shown->judged = gate->recordings[i].all;
		r = arrange(gate->recordings[i].shown, top);
	}
	if (r < 0 || !first)
		return r;
	first->verdict = gate->line;
	first->verdict_code = gate->code;
	first->policy = gate_own_text(gate, gate->files.path);
	first->policy_found = gate->files.found;
	first->uses = gate->uses;
	first->use_count = gate->use_count;
	first->fixed = gate->fixed;
	first->fixed_count = gate->fixed_count;
	return 0;
}

static int judge(struct gate *gate, struct policy_verdict *verdicts)
{
	int r;

	policy_set_sessions(gate->files.policy, gate->sessions);
	policy_set_recordings(gate->files.policy, gate->ran, gate->recording_count);
	r = policy_judge(gate->files.policy, gate->options->strict, gate->asked, gate->count,
			 verdicts);

	for (size_t i = 0; r == 0 && i < gate->count; i++)
		r = mark(gate, &verdicts[i], &gate->marked[i]->gate);
	if (r == 0)
		count_all(gate, verdicts);
	if (r == 0)
		r = take_uses(gate);
	return r == 0 ? take_fixed(gate) : r;
}

int gate_judge(struct gate *gate)
{
	struct policy_verdict *verdicts = calloc(gate->count + 1, sizeof(*verdicts));
	int r = verdicts ? judge(gate, verdicts) : -ENOMEM;
	char line[GATE_LINE_BYTES];

	free(verdicts);
	if (r < 0)
		return r;
	gate->code = verdict_conclude(&gate->verdict, line, sizeof(line));
	text_clean(line, strlen(line), gate->line, sizeof(gate->line));
	return show(gate);
}
