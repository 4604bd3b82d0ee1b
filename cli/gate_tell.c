/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_tell.h"

#include <report/format.h>
#include <string.h>

#include "gate_inside.h"
#include "say.h"

#define SENTENCE_BYTES 1024
#define WARNINGS_MAX 12
#define FIXED_MAX 12

static const char *by_state(const struct report_finding *finding)
{
	switch (finding->fails) {
	case REPORT_FAILS_ALWAYS:
		return "fails a gate";
	case REPORT_FAILS_STRICT:
		return "fails a gate with --strict";
	case REPORT_FAILS_NEVER:
		return "fails no gate";
	}
	return "";
}

/* Such a line excuses whatever comes next, too. */
static bool hides_all(const struct gate *gate, const struct report_use *use)
{
	return use->suppression && gate->count > 1 && use->met == gate->count;
}

static void explain_wide(FILE *stream, const struct gate *gate)
{
	for (size_t i = 0; i < gate->use_count; i++)
		if (hides_all(gate, &gate->uses[i]))
			fprintf(stream,
				"%s matches all %zu findings, and so may hide any new one: %s\n",
				gate->uses[i].place, gate->count, gate->uses[i].text);
}

static void explain(FILE *stream, const struct report_finding *finding)
{
	char sentence[SENTENCE_BYTES];
	const char *says = report_gate_says(finding, sentence, sizeof(sentence));

	fprintf(stream, "%-7s %s  %s  %s", finding->gate.fails ? "fails" : "passes", finding->state,
		finding->rule, finding->message);
	if (finding->culprit_function)
		fprintf(stream, "  %s", finding->culprit_function);
	if (finding->culprit_file)
		fprintf(stream, "  %s:%d", finding->culprit_file, finding->culprit_line);
	fprintf(stream, "  [%s]\n        %s", finding->fingerprint, says);
	if (!finding->gate.place)
		fprintf(stream, "%sas its state says: %s %s", says[0] ? "; " : "", finding->state,
			by_state(finding));
	fputc('\n', stream);
}

void gate_explain(FILE *stream, const struct gate *gate)
{
	for (size_t i = 0; i < gate->recording_count; i++) {
		const struct report *report = gate->recordings[i].all;

		if (gate->recording_count > 1 && report->finding_count)
			fprintf(stream, "%s\n", report->trace_path);
		for (size_t j = 0; j < report->finding_count; j++)
			explain(stream, &report->findings[j]);
	}
	explain_wide(stream, gate);
}

void gate_tell_not_run(const struct gate *gate)
{
	size_t count = policy_not_run(gate->files.policy);

	if (count)
		say(NULL, "%zu of what %s knows did not run here, or not all of it", count,
		    gate->files.baseline);
}

void gate_tell_lines(const struct gate *gate)
{
	bool told = false;

	if (gate->files.found)
		say(NULL, "judged by %s of this folder (--policy none leaves it out)",
		    gate->files.path);
	for (size_t i = 0; i < gate->use_count; i++) {
		if (!told)
			say(NULL, "what the lines of the policy came to:");
		told = true;
		fputs("  ", stderr);
		report_text_use(stderr, &gate->uses[i]);
		if (hides_all(gate, &gate->uses[i]))
			fputs("    it matches all that was found, and so may hide any new one\n",
			      stderr);
	}
	if (gate->fixed_count)
		say(NULL, "fixed, of what %s knows:", gate->files.baseline);
	for (size_t i = 0; i < gate->fixed_count && i < FIXED_MAX; i++) {
		fputs("  ", stderr);
		report_text_fixed(stderr, &gate->fixed[i]);
	}
	if (gate->fixed_count > FIXED_MAX)
		fprintf(stderr, "  and %zu more\n", gate->fixed_count - FIXED_MAX);
	gate_tell_not_run(gate);
}

void gate_warn(const struct gate *gate)
{
	size_t unused = 0;

	for (size_t i = 0; i < gate->use_count; i++) {
		const struct report_use *use = &gate->uses[i];

		if (!use->suppression || use->met || unused++ >= WARNINGS_MAX)
			continue;
		say(unused == 1 ? "take it out, or put it right: 'check --strict' fails by it"
				: NULL,
		    "%s matched nothing: %s", use->place, use->text);
	}
	if (unused > WARNINGS_MAX)
		say(NULL, "%zu more suppressions matched nothing", unused - WARNINGS_MAX);
}
