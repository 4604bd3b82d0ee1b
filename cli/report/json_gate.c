/* SPDX-License-Identifier: Apache-2.0 */
#include "json_gate.h"

#include <base/text.h>
#include <string.h>

static const char *const levels[] = {
	[REPORT_LEVEL_IGNORE] = "ignore",
	[REPORT_LEVEL_NOTE] = "note",
	[REPORT_LEVEL_WARNING] = "warning",
	[REPORT_LEVEL_ERROR] = "error",
};

static const char *const excuses[] = {
	[REPORT_NOT_EXCUSED] = NULL,	     [REPORT_PROCESS_LIFETIME] = "process-lifetime",
	[REPORT_SUPPRESSED] = "suppression", [REPORT_BASELINE] = "baseline",
	[REPORT_BUDGET] = "budget",	     [REPORT_SEVERITY] = "severity",
};

/* The page says of a finding what happened to it. */
static const char *const deeds[] = {
	[REPORT_NOT_EXCUSED] = NULL,	    [REPORT_PROCESS_LIFETIME] = "process-lifetime",
	[REPORT_SUPPRESSED] = "suppressed", [REPORT_BASELINE] = "baseline",
	[REPORT_BUDGET] = "budget",	    [REPORT_SEVERITY] = "severity",
};

static const char *const novelties[] = {
	[REPORT_NO_BASELINE] = NULL,
	[REPORT_NEW] = "new",
	[REPORT_KNOWN] = "known",
	[REPORT_MORE] = "more",
};

/* by: what decided it, at place; beside a line's own allowed, found is how many there are. */
struct json_object *json_gate_of(struct json_build *build, const struct report_finding *finding)
{
	const struct report_gate *gate = &finding->gate;
	struct json_object *object;

	if (!gate->judged)
		return NULL;
	object = build_object(build);
	build_bool(build, object, "fails", gate->fails);
	build_text(build, object, "level", levels[gate->level]);
	build_text(build, object, "by", excuses[gate->excuse]);
	build_text(build, object, "place", gate->place);
	build_text(build, object, "reason", gate->reason);
	build_text(build, object, "baseline", novelties[gate->novelty]);
	if (gate->found)
		build_number(build, object, "allowed", gate->allowed);
	if (gate->found)
		build_number(build, object, "found", gate->found);
	return object;
}

struct json_object *json_gate_said(struct json_build *build, const struct report_finding *finding)
{
	const struct report_gate *gate = &finding->gate;
	struct json_object *object = build_object(build);
	char says[1024], clean[3 * sizeof(says)];

	/* It may have been cut inside of a character. */
	report_gate_says(finding, says, sizeof(says));
	text_clean(says, strlen(says), clean, sizeof(clean));
	build_bool(build, object, "fails", gate->fails);
	build_text(build, object, "level", levels[gate->level]);
	build_text(build, object, "by", deeds[gate->excuse]);
	build_text(build, object, "novelty", novelties[gate->novelty]);
	build_text(build, object, "says", clean);
	return object;
}

static struct json_object *use_object(struct json_build *build, const struct report_use *use)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "place", use->place);
	build_text(build, object, "text", use->text);
	build_text(build, object, "reason", use->reason);
	build_number(build, object, "met", use->met);
	build_number(build, object, "findings", use->findings);
	build_number(build, object, "resources", use->resources);
	if (use->max == UINT64_MAX)
		build_put(build, object, "max", NULL);
	else
		build_number(build, object, "max", use->max);
	return object;
}

static struct json_object *fixed_object(struct json_build *build, const struct report_fixed *fixed)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "fingerprint", fixed->fingerprint);
	build_text(build, object, "rule", fixed->rule);
	build_text(build, object, "class", fixed->class_name);
	build_text(build, object, "culprit", fixed->culprit);
	build_number(build, object, "allowed", fixed->allowed);
	build_number(build, object, "found", fixed->found);
	return object;
}

struct json_object *json_gate(struct json_build *build, struct report *const *reports, size_t count)
{
	const struct report *first = count ? reports[0] : NULL;
	struct json_object *object, *lines, *unused, *fixed;
	uint64_t ignored = 0;

	if (!first || !first->verdict)
		return NULL;
	object = build_object(build);
	lines = build_array(build);
	unused = build_array(build);
	fixed = build_array(build);
	for (size_t i = 0; i < first->use_count; i++) {
		const struct report_use *use = &first->uses[i];

		build_append(build, lines, use_object(build, use));
		if (use->suppression && !use->met)
			build_append(build, unused, use_object(build, use));
	}
	for (size_t i = 0; i < first->fixed_count; i++)
		build_append(build, fixed, fixed_object(build, &first->fixed[i]));
	for (size_t i = 0; i < count; i++)
		ignored += reports[i]->finding_ignored;
	build_text(build, object, "verdict", first->verdict);
	build_int(build, object, "exit_code", first->verdict_code);
	build_text(build, object, "policy", first->policy);
	build_put(build, object, "lines", lines);
	build_put(build, object, "unused_suppressions", unused);
	build_put(build, object, "fixed", fixed);
	build_number(build, object, "ignored", ignored);
	return object;
}
