/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML, as Ant writes it (no document of it says "skipped": that is of Jenkins, and written
 * only where something is), so that each reader of either finds what it knows.
 */
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <report/rules.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "junit_class.h"
#include "text_stack.h"
#include "xml.h"

#define SENTENCE_BYTES 512
#define EVIDENCE "evidence" /* the case that asks whether anything is missing */
#define GATE "gate"	    /* the one of what a gate says of all reports, in the first suite */

enum outcome { PASSED, SKIPPED, FAILED };

/* How a suite ends up, and where it is written. */
struct suite {
	FILE *stream;
	const struct report *report;
	const struct report_style *style;
	bool gate_errs; /* the gate does not pass, and no other case says why */
	const char *class_name;
	size_t counts[FAILED + 1];
	int r; /* what went wrong */
};

static bool is_of(const struct report_finding *finding, const char *rule)
{
	return strcmp(finding->rule, rule) == 0;
}

static enum outcome outcome_of(const struct report *report, const char *rule)
{
	enum outcome outcome = PASSED;

	for (size_t i = 0; i < report->finding_count; i++) {
		if (!is_of(&report->findings[i], rule))
			continue;
		if (report_fails(&report->findings[i]))
			return FAILED;
		if (report_is_excused(&report->findings[i]))
			outcome = SKIPPED;
	}
	return outcome;
}

/* A rule that the table lacks, as a newer trace may have one, at its first finding. */
static bool is_stranger(const struct report *report, size_t index)
{
	const char *rule = report->findings[index].rule;

	for (size_t i = 0; report_rule_names[i]; i++)
		if (is_of(&report->findings[index], report_rule_names[i]))
			return false;
	for (size_t i = 0; i < index; i++)
		if (is_of(&report->findings[i], rule))
			return false;
	return true;
}

typedef void (*rule_visitor)(struct suite *suite, const char *rule);

static void visit_rules(struct suite *suite, rule_visitor visit)
{
	for (size_t i = 0; report_rule_names[i]; i++)
		visit(suite, report_rule_names[i]);
	for (size_t i = 0; i < suite->report->finding_count; i++)
		if (is_stranger(suite->report, i))
			visit(suite, suite->report->findings[i].rule);
}

static void count_rule(struct suite *suite, const char *rule)
{
	suite->counts[outcome_of(suite->report, rule)]++;
}

/* The first sentence, and how many more there are. */
static void failure_message(struct suite *suite, const char *rule)
{
	const struct report_finding *first = NULL;
	char more[48] = "", *text = NULL;
	size_t count = 0;

	for (size_t i = 0; i < suite->report->finding_count; i++) {
		const struct report_finding *finding = &suite->report->findings[i];

		if (!is_of(finding, rule) || !report_fails(finding))
			continue;
		first = count++ ? first : finding;
	}
	if (count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", count - 1);
	if (asprintf(&text, "%s%s", first->message, more) < 0) {
		suite->r = -ENOMEM;
		return;
	}
	xml_attribute(suite->stream, "message", text);
	xml_attribute(suite->stream, "type", first->state);
	free(text);
}

/* As the text report shows it. */
static void finding_block(struct suite *suite, size_t index)
{
	struct report_style plain = {.full_stacks = suite->style->full_stacks,
				     .folder = suite->style->folder};
	char *text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&text, &bytes);
	int r = memory ? report_text_finding(memory, suite->report, index, &plain) : -errno;

	if (memory && fclose(memory) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		xml_text(suite->stream, text);
	else
		suite->r = r;
	free(text);
}

static void failure(struct suite *suite, const char *rule)
{
	const struct report *report = suite->report;

	fputs("\n      <failure", suite->stream);
	failure_message(suite, rule);
	fputc('>', suite->stream);
	for (size_t i = 0; i < report->finding_count; i++)
		if (is_of(&report->findings[i], rule) && report_fails(&report->findings[i]))
			finding_block(suite, i);
	fputs("</failure>\n    ", suite->stream);
}

/* A line for each that is excused: by what. */
static void skipped(struct suite *suite, const char *rule)
{
	char sentence[SENTENCE_BYTES];

	fputs("\n      <skipped>", suite->stream);
	for (size_t i = 0; i < suite->report->finding_count; i++) {
		const struct report_finding *finding = &suite->report->findings[i];

		if (!is_of(finding, rule) || !report_is_excused(finding))
			continue;
		xml_text(suite->stream, report_gate_says(finding, sentence, sizeof(sentence)));
		fputs(": ", suite->stream);
		xml_text(suite->stream, finding->message);
		fprintf(suite->stream, " [%s]\n", finding->fingerprint);
	}
	fputs("</skipped>\n    ", suite->stream);
}

static void begin_case(struct suite *suite, const char *name)
{
	fputs("    <testcase", suite->stream);
	xml_attribute(suite->stream, "name", name);
	xml_attribute(suite->stream, "classname", suite->class_name);
	fputs(" time=\"0\">", suite->stream);
}

static void end_case(struct suite *suite)
{
	fputs("</testcase>\n", suite->stream);
}

static void rule_case(struct suite *suite, const char *rule)
{
	begin_case(suite, rule);
	switch (outcome_of(suite->report, rule)) {
	case PASSED:
		break;
	case SKIPPED:
		skipped(suite, rule);
		break;
	case FAILED:
		failure(suite, rule);
		break;
	}
	end_case(suite);
}

/* What is missing, where there can be no clean verdict. */
static void evidence_case(struct suite *suite)
{
	const struct report *report = suite->report;

	begin_case(suite, EVIDENCE);
	if (!report_complete(report)) {
		fputs("\n      <error message=\"no verdict: evidence is missing\""
		      " type=\"incomplete\">",
		      suite->stream);
		if (!report->finished)
			fputs("the recording did not come to its end\n", suite->stream);
		for (size_t i = 0; i < report->note_count; i++) {
			if (!report->notes[i].lost)
				continue;
			xml_text(suite->stream, report->notes[i].text);
			fprintf(suite->stream, ": %" PRIu64 "\n", report->notes[i].count);
		}
		fputs("</error>\n    ", suite->stream);
	}
	end_case(suite);
}

/* Unused suppressions may fail a gate, or too few sessions leave it without a verdict. */
static void gate_case(struct suite *suite)
{
	if (!suite->report->verdict)
		return;
	begin_case(suite, GATE);
	if (suite->gate_errs) {
		fputs("\n      <error", suite->stream);
		xml_attribute(suite->stream, "message", suite->report->verdict);
		fputs(" type=\"gate\"></error>\n    ", suite->stream);
	}
	end_case(suite);
}

/* What neither fails nor is excused: alive at the end, undecided, late. */
static void rest(struct suite *suite)
{
	fputs("    <system-out>", suite->stream);
	for (size_t i = 0; i < suite->report->finding_count; i++) {
		const struct report_finding *finding = &suite->report->findings[i];

		if (report_fails(finding) || report_is_excused(finding))
			continue;
		fputc('\n', suite->stream);
		xml_text(suite->stream, finding->state);
		fputs("  ", suite->stream);
		xml_text(suite->stream, finding->rule);
		fputs("  ", suite->stream);
		xml_text(suite->stream, finding->message);
		if (finding->culprit_function) {
			fputs("  ", suite->stream);
			xml_text(suite->stream, finding->culprit_function);
		}
		if (finding->culprit_file) {
			fputs("  ", suite->stream);
			xml_text(suite->stream,
				 text_file_name(finding->culprit_file, suite->style));
			fprintf(suite->stream, ":%d", finding->culprit_line);
		}
		fputs("  [", suite->stream);
		xml_text(suite->stream, finding->fingerprint);
		fputc(']', suite->stream);
	}
	fputs("</system-out>\n", suite->stream);
}

/* Where it did not end in order: what that leaves unseen. */
static void ending(struct suite *suite, const struct report *report, const char *which)
{
	char sentence[REPORT_ENDING_BYTES];

	report_ending_say(&report->ending, false, sentence);
	if (!sentence[0])
		return;
	fputc('\n', suite->stream);
	if (which) {
		xml_text(suite->stream, which);
		fputs(": ", suite->stream);
	}
	xml_text(suite->stream, sentence);
}

static void notes(struct suite *suite)
{
	const struct report *report = suite->report;

	fputs("    <system-err>", suite->stream);
	ending(suite, report, NULL);
	for (size_t i = 0; i < report->recording_count; i++)
		ending(suite, report->recordings[i], report->recordings[i]->trace_path);
	for (size_t i = 0; i < suite->report->note_count; i++) {
		fputc('\n', suite->stream);
		xml_text(suite->stream, suite->report->notes[i].text);
		fprintf(suite->stream, ": %" PRIu64, suite->report->notes[i].count);
	}
	fputs("</system-err>\n", suite->stream);
}

static void property(struct suite *suite, const char *name, const char *value)
{
	if (!value)
		return;
	fputs("      <property", suite->stream);
	xml_attribute(suite->stream, "name", name);
	xml_attribute(suite->stream, "value", value);
	fputs("/>\n", suite->stream);
}

static void properties(struct suite *suite)
{
	fputs("    <properties>\n", suite->stream);
	property(suite, "tool", "rtctrack");
	property(suite, "version", suite->style->version);
	property(suite, "trace", suite->report->trace_path);
	property(suite, "verdict", suite->report->verdict);
	fputs("    </properties>\n", suite->stream);
}

/* In UTC and without a zone, as Ant has it; a trace may not know it. */
static void timestamp(struct suite *suite)
{
	const struct report *report = suite->report;
	uint64_t realtime_ns = report->process_count ? report->processes[0].realtime_ns : 0;
	time_t seconds = (time_t)(realtime_ns / 1000000000);
	char text[64];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		snprintf(text, sizeof(text), "1970-01-01T00:00:00");
	xml_attribute(suite->stream, "timestamp", text);
}

/* A name that is more than blanks. */
static const char *suite_name(const struct report *report)
{
	if (!report->command || report->command[strspn(report->command, " ")] == '\0')
		return "rtctrack";
	return report->command;
}

static void begin_suite(struct suite *suite, size_t id)
{
	size_t errors = (size_t)!report_complete(suite->report) + suite->gate_errs;
	size_t others = 1 + (suite->report->verdict != NULL);
	size_t rule_count = suite->counts[PASSED] + suite->counts[SKIPPED] + suite->counts[FAILED];

	fputs("  <testsuite", suite->stream);
	xml_attribute(suite->stream, "name", suite_name(suite->report));
	fprintf(suite->stream, " package=\"rtctrack\" id=\"%zu\"", id);
	timestamp(suite);
	fprintf(suite->stream,
		" hostname=\"localhost\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"",
		rule_count + others, suite->counts[FAILED], errors);
	if (suite->counts[SKIPPED])
		fprintf(suite->stream, " skipped=\"%zu\"", suite->counts[SKIPPED]);
	fprintf(suite->stream, " time=\"%" PRIu64 ".%03" PRIu64 "\">\n",
		suite->report->duration_ns / 1000000000,
		suite->report->duration_ns / 1000000 % 1000);
}

static int write_suite(FILE *stream, const struct report *report, size_t id, const char *class_name,
		       const struct report_style *style, bool gate_errs)
{
	struct suite suite = {.stream = stream,
			      .report = report,
			      .style = style,
			      .class_name = class_name,
			      .gate_errs = report->verdict && gate_errs};

	visit_rules(&suite, count_rule);
	begin_suite(&suite, id);
	properties(&suite);
	visit_rules(&suite, rule_case);
	evidence_case(&suite);
	gate_case(&suite);
	rest(&suite);
	notes(&suite);
	fputs("  </testsuite>\n", stream);
	return suite.r;
}

static bool does_gate_err(struct report *const *reports, size_t count)
{
	bool explained = false;

	for (size_t i = 0; i < count; i++) {
		explained |= !report_complete(reports[i]);
		for (size_t j = 0; j < reports[i]->finding_count; j++)
			explained |= report_fails(&reports[i]->findings[j]);
	}
	return count && reports[0]->verdict_code != 0 && !explained;
}

int report_junit(FILE *stream, struct report *const *reports, size_t count,
		 const struct report_style *style)
{
	bool gate_errs = does_gate_err(reports, count);
	char **classes;
	int r = junit_classes(reports, count, &classes);

	if (r < 0)
		return r;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", stream);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = write_suite(stream, reports[i], i, classes[i], style, gate_errs);
	fputs("</testsuites>\n", stream);
	junit_classes_free(classes, count);
	return r == 0 && ferror(stream) ? -EIO : r;
}
