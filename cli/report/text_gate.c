/* SPDX-License-Identifier: Apache-2.0 */
#include "text_gate.h"

#include <base/text.h>
#include <inttypes.h>
#include <report/format.h>

#define SENTENCE_BYTES 512
#define FIXED_MAX 12

void text_gate(FILE *stream, const struct report_finding *finding)
{
	char sentence[SENTENCE_BYTES];

	if (report_gate_says(finding, sentence, sizeof(sentence))[0])
		fprintf(stream, "     gate      %s\n", sentence);
}

void report_text_use(FILE *stream, const struct report_use *use)
{
	fprintf(stream, "%s  %s  ", use->place, use->text);
	if (use->findings)
		fprintf(stream, "let %" PRIu64 " finding%s pass, of %" PRIu64 " resource%s",
			use->findings, text_plural(use->findings), use->resources,
			text_plural(use->resources));
	else if (use->severity && use->met)
		fprintf(stream, "is about %" PRIu64 " finding%s", use->met, text_plural(use->met));
	else
		fputs(use->met ? "let nothing pass" : "matched nothing", stream);
	/* The text of a suppression is its whole line. */
	if (!use->suppression && use->reason)
		fprintf(stream, ": %s", use->reason);
	fputc('\n', stream);
}

void report_text_fixed(FILE *stream, const struct report_fixed *fixed)
{
	if (fixed->found)
		fprintf(stream, "%" PRIu64 " of %" PRIu64 " are left", fixed->found,
			fixed->allowed);
	else
		fputs("gone", stream);
	fprintf(stream, ": %s %s", fixed->rule, fixed->class_name);
	if (fixed->culprit)
		fprintf(stream, " at %s", fixed->culprit);
	fprintf(stream, "  [%s]\n", fixed->fingerprint);
}

static void show_fixed(FILE *stream, const struct report *report)
{
	for (size_t i = 0; i < report->fixed_count && i < FIXED_MAX; i++) {
		fprintf(stream, "  %-12s ", i ? "" : "fixed");
		report_text_fixed(stream, &report->fixed[i]);
	}
	if (report->fixed_count > FIXED_MAX)
		fprintf(stream, "  %-12s +%zu more\n", "", report->fixed_count - FIXED_MAX);
}

void text_policy(FILE *stream, const struct report *report)
{
	bool shown = false;

	if (report->policy)
		fprintf(stream, "  %-12s %s%s\n", "policy", report->policy,
			report->policy_found
				? ", found in this folder (--policy none leaves it out)"
				: "");
	for (size_t i = 0; i < report->use_count; i++) {
		const struct report_use *use = &report->uses[i];

		if (use->severity && use->met)
			continue; /* each finding says so */
		fprintf(stream, "  %-12s ", shown ? "" : "let pass");
		report_text_use(stream, use);
		shown = true;
	}
	show_fixed(stream, report);
}
