/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations: workflow commands of GitHub Actions, a line each. A step shows ten of a kind, and
 * 4,096 characters of each: the most severe come first, and how many are left out is said.
 */
#include <base/text.h>
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <report/merge.h>
#include <stdlib.h>
#include <string.h>

#include "level.h"
#include "place.h"
#include "text_stack.h"

#define SHOWN_MAX 10
#define MESSAGE_BYTES 4000
#define SENTENCE_BYTES 512

enum kind { KIND_ERROR, KIND_WARNING, KIND_NOTICE, KIND_NONE };

static const char *const commands[] = {
	[KIND_ERROR] = "error",
	[KIND_WARNING] = "warning",
	[KIND_NOTICE] = "notice",
};

struct log {
	FILE *stream;
	const struct report_style *style;
	size_t shown[KIND_NONE];
	size_t left_out;
};

/* What is excused needs nobody's attention, and what is only told, no mark beside the source. */
static enum kind kind_of(const struct report_finding *finding)
{
	if (report_fails(finding))
		return KIND_ERROR;
	if (report_is_excused(finding))
		return KIND_NOTICE;
	return level_warns(finding) ? KIND_WARNING : KIND_NONE;
}

/* Of a notice, one place is kept for what is left out. */
static bool has_room(struct log *log, enum kind kind)
{
	size_t most = kind == KIND_NOTICE ? SHOWN_MAX - 1 : SHOWN_MAX;

	if (log->shown[kind] == most) {
		log->left_out++;
		return false;
	}
	log->shown[kind]++;
	return true;
}

/* As GitHub reads it: data of a command, or a property of it, which ends at a colon or comma. */
static void escape(FILE *stream, const char *text, bool property)
{
	static const char escaped[] = "%\r\n:,";
	size_t count = property ? 5 : 3;

	for (const char *at = text; *at; at++)
		if (memchr(escaped, *at, count))
			fprintf(stream, "%%%02X", (unsigned char)*at);
		else
			fputc(*at, stream);
}

/* At a character's border. */
static void cut(char *text, size_t capacity)
{
	size_t length = 0, left = strlen(text);

	while (left) {
		size_t next = text_character(text + length, left);

		next += next == 0;
		if (length + next >= capacity)
			break;
		length += next;
		left -= next;
	}
	text[length] = '\0';
}

static void say(struct log *log, enum kind kind, const char *properties, const char *title,
		const char *text)
{
	fprintf(log->stream, "::%s %stitle=", commands[kind], properties);
	escape(log->stream, title, true);
	fputs("::", log->stream);
	escape(log->stream, text, false);
	fputc('\n', log->stream);
}

/* What stands beside the source: the sentence, where it is, and how it came there. */
static int finding_text(const struct report_finding *finding, const struct report_style *style,
			char **ret_text)
{
	struct report_style plain = {.full_stacks = style->full_stacks, .folder = style->folder};
	struct report_frame culprit = {.function = finding->culprit_function,
				       .file = finding->culprit_file,
				       .module = finding->culprit_module,
				       .line = finding->culprit_line};
	char sentence[SENTENCE_BYTES], *text = NULL;
	size_t bytes;
	FILE *stream = open_memstream(&text, &bytes);

	if (!stream)
		return -ENOMEM;
	fputs(finding->message, stream);
	if (report_gate_says(finding, sentence, sizeof(sentence))[0])
		fprintf(stream, "\n%s", sentence);
	if (culprit.function) {
		fputs("\nculprit: ", stream);
		text_frame(stream, &culprit, &plain);
	}
	fprintf(stream, "\nfingerprint: %s\n", finding->fingerprint);
	if (finding->stack.count)
		text_stack(stream, &finding->stack, NULL, &plain);
	if (fclose(stream) != 0) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	return 0;
}

/* file= and line=, where the file lies in the repository; else "". */
static int place_of(const struct report_finding *finding, const struct report_style *style,
		    char **ret_properties)
{
	struct place place = {.path = ""};
	char *text = NULL;
	size_t bytes;
	FILE *stream = open_memstream(&text, &bytes);

	if (!stream)
		return -ENOMEM;
	if (finding->culprit_file)
		place_init(&place, finding->culprit_file, finding->culprit_module, style->root);
	if (place.below) {
		fputs("file=", stream);
		escape(stream, place.path, true);
		fputc(',', stream);
	}
	if (place.below && finding->culprit_line > 0)
		fprintf(stream, "line=%d,", finding->culprit_line);
	if (fclose(stream) != 0) {
		free(text);
		return -ENOMEM;
	}
	*ret_properties = text;
	return 0;
}

static int annotate(struct log *log, enum kind kind, const struct report_finding *finding)
{
	char *title = NULL, *properties = NULL, *text = NULL;
	int r = finding_text(finding, log->style, &text);

	if (r == 0)
		r = place_of(finding, log->style, &properties);
	if (r == 0 && asprintf(&title, "%s (%s)", finding->rule, finding->state) < 0) {
		title = NULL;
		r = -ENOMEM;
	}
	if (r == 0) {
		cut(text, MESSAGE_BYTES);
		cut(title, SENTENCE_BYTES);
		say(log, kind, properties, title, text);
	}
	free(title);
	free(properties);
	free(text);
	return r;
}

static int annotate_kind(struct log *log, const struct report *report, enum kind kind)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < report->finding_count; i++)
		if (kind_of(&report->findings[i]) == kind && has_room(log, kind))
			r = annotate(log, kind, &report->findings[i]);
	return r;
}

/* What a gate cannot judge fails it; without one it is to be known before what follows is read. */
static void annotate_evidence(struct log *log, const struct report *report)
{
	enum kind kind = report->verdict ? KIND_ERROR : KIND_WARNING;

	if (report_complete(report))
		return;
	log->shown[kind]++;
	say(log, kind, "", "evidence is missing",
	    report->finished ? "records were lost: what rests on them is undecided"
			     : "the recording did not come to its end");
}

static void conclude(struct log *log, const struct report_whole *whole)
{
	const struct report *report = whole->report;

	/* Unused suppressions may fail a gate, or too few sessions leave it without a verdict. */
	if (report->verdict && report->verdict_code != 0 && !log->shown[KIND_ERROR])
		say(log, KIND_ERROR, "", "gate", report->verdict);
	if (log->left_out) {
		char text[128];

		snprintf(text, sizeof(text),
			 "%zu more finding%s not shown here: GitHub shows %d of a kind for a step",
			 log->left_out, log->left_out == 1 ? " is" : "s are", SHOWN_MAX);
		say(log, KIND_NOTICE, "", "rtctrack", text);
	}
	fprintf(log->stream, "rtctrack: %zu finding%s in %zu recording%s; coverage %s\n",
		report->finding_count, text_plural(report->finding_count), whole->recording_count,
		text_plural(whole->recording_count),
		report_complete(report) ? "complete" : "incomplete");
}

static int write_log(FILE *stream, const struct report_whole *whole,
		     const struct report_style *style)
{
	struct log log = {.stream = stream, .style = style};
	int r = 0;

	annotate_evidence(&log, whole->report);
	for (enum kind kind = KIND_ERROR; r == 0 && kind < KIND_NONE; kind++)
		r = annotate_kind(&log, whole->report, kind);
	conclude(&log, whole);
	return r;
}

/*
 * In one piece, since others may write to the same log, and after the end of a line: a command is
 * one only where a line begins, and the program may have left its last one without an end.
 */
int report_github(FILE *stream, struct report *const *reports, size_t count,
		  const struct report_style *style)
{
	struct report_whole whole = {0};
	char *text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&text, &bytes);
	int r = memory ? report_whole_init(&whole, reports, count) : -ENOMEM;

	if (r == 0) {
		fputc('\n', memory);
		r = write_log(memory, &whole, style);
	}
	if (memory && fclose(memory) != 0 && r == 0)
		r = -ENOMEM;
	report_whole_finish(&whole);
	if (r == 0)
		fputs(text, stream);
	free(text);
	return r == 0 && ferror(stream) ? -EIO : r;
}
