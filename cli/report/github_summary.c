/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <report/markdown.h>
#include <report/merge.h>
#include <stdlib.h>
#include <string.h>

#include "level.h"
#include "text_stack.h"

#define SENTENCE_BYTES 512
#define TAIL_BYTES 512 /* room for the last line */

/* Parts of a document that fit: each whole, or not at all. */
struct summary {
	FILE *stream;
	size_t room; /* bytes */
	size_t left_out;
};

/* Takes text, in which part of it was written. */
static int put(struct summary *summary, FILE *part, char **text, bool counts)
{
	int r = fclose(part) == 0 ? 0 : -ENOMEM;

	if (r == 0 && strlen(*text) <= summary->room) {
		fputs(*text, summary->stream);
		summary->room -= strlen(*text);
	} else if (r == 0) {
		summary->left_out += counts;
	}
	free(*text);
	return r;
}

static const char *verdict_word(const struct report_finding *finding)
{
	if (report_fails(finding))
		return "fails";
	if (report_is_excused(finding))
		return "excused";
	return level_warns(finding) ? "warning" : "note";
}

static void cell(FILE *stream, const char *text)
{
	fputs(" | ", stream);
	markdown_text(stream, text);
}

static void culprit_cell(FILE *stream, const struct report_finding *finding,
			 const struct report_style *style)
{
	cell(stream, finding->culprit_function ? finding->culprit_function : "");
	if (!finding->culprit_file)
		return;
	fputc(' ', stream);
	markdown_text(stream, text_file_name(finding->culprit_file, style));
	if (finding->culprit_line)
		fprintf(stream, "&#58;%d", finding->culprit_line);
}

static int row(struct summary *summary, const struct report_finding *finding,
	       const struct report_style *style)
{
	char sentence[SENTENCE_BYTES], *text = NULL;
	size_t bytes;
	FILE *part = open_memstream(&text, &bytes);

	if (!part)
		return -ENOMEM;
	fprintf(part, "| %s", verdict_word(finding));
	cell(part, finding->rule);
	cell(part, finding->state);
	cell(part, finding->message);
	if (report_gate_says(finding, sentence, sizeof(sentence))[0]) {
		fputs("; ", part);
		markdown_text(part, sentence);
	}
	culprit_cell(part, finding, style);
	cell(part, finding->fingerprint);
	fputs(" |\n", part);
	return put(summary, part, &text, true);
}

static int head(struct summary *summary, const struct report_whole *whole)
{
	const struct report *report = whole->report;
	size_t bytes;
	char *text = NULL;
	FILE *part = open_memstream(&text, &bytes);

	if (!part)
		return -ENOMEM;
	fputs("## rtctrack: ", part);
	if (report->verdict)
		markdown_text(part, report->verdict);
	else
		fprintf(part, "%zu finding%s", report->finding_count,
			text_plural(report->finding_count));
	fputs("\n\n", part);
	if (whole->recording_count > 1)
		fprintf(part, "%zu recordings. ", whole->recording_count);
	if (!report_complete(report))
		fputs("**Evidence is missing**, so that no clean verdict can be given:\n\n", part);
	if (!report->finished)
		fputs("- the recording did not come to its end\n", part);
	for (size_t i = 0; i < report->note_count; i++) {
		if (!report->notes[i].lost)
			continue;
		fputs("- ", part);
		markdown_text(part, report->notes[i].text);
		fprintf(part, ": %" PRIu64 "\n", report->notes[i].count);
	}
	fputs("\n", part);
	if (report->finding_count)
		fputs("| | rule | state | finding | culprit | fingerprint |\n"
		      "|---|---|---|---|---|---|\n",
		      part);
	return put(summary, part, &text, false);
}

static int rows(struct summary *summary, const struct report *report,
		const struct report_style *style)
{
	int r = 0;

	for (int failing = 1; failing >= 0; failing--)
		for (size_t i = 0; r == 0 && i < report->finding_count; i++)
			if (report_fails(&report->findings[i]) == failing)
				r = row(summary, &report->findings[i], style);
	return r;
}

/* What fails, as the text report shows it, to be opened by a click. */
static int block(struct summary *summary, const struct report *report, size_t index,
		 const struct report_style *style)
{
	struct report_style plain = {.full_stacks = style->full_stacks, .folder = style->folder};
	char *text = NULL, *shown = NULL;
	size_t bytes, shown_bytes;
	FILE *part = open_memstream(&text, &bytes), *memory = open_memstream(&shown, &shown_bytes);
	int r = part && memory ? report_text_finding(memory, report, index, &plain) : -ENOMEM;

	if (memory && fclose(memory) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0) {
		fputs("\n<details><summary>", part);
		markdown_text(part, report->findings[index].message);
		fputs("</summary>\n\n<pre>", part);
		markdown_preformatted(part, shown);
		fputs("</pre>\n\n</details>\n", part);
	}
	free(shown);
	if (r == 0)
		return put(summary, part, &text, false);
	if (part)
		fclose(part);
	free(text);
	return r;
}

static int fixed(struct summary *summary, const struct report *report)
{
	size_t bytes, count = 0;
	char *text = NULL;
	FILE *part = open_memstream(&text, &bytes);

	if (!part)
		return -ENOMEM;
	for (size_t i = 0; i < report->fixed_count; i++) {
		const struct report_fixed *gone = &report->fixed[i];

		fputs(count++ ? "" : "\nFixed, by the baseline:\n\n", part);
		fputs("- ", part);
		markdown_text(part, gone->rule);
		fputc(' ', part);
		markdown_text(part, gone->culprit ? gone->culprit : gone->class_name);
		fprintf(part, ": %" PRIu64 " of %" PRIu64 " are left\n", gone->found,
			gone->allowed);
	}
	return put(summary, part, &text, false);
}

int report_github_summary(FILE *stream, struct report *const *reports, size_t count,
			  const struct report_style *style, size_t capacity)
{
	struct summary summary = {.stream = stream};
	struct report_whole whole;
	int r = report_whole_init(&whole, reports, count);

	if (r < 0)
		return r;
	summary.room = capacity > TAIL_BYTES ? capacity - TAIL_BYTES : 0;
	r = head(&summary, &whole);
	if (r == 0)
		r = rows(&summary, whole.report, style);
	if (r == 0)
		r = fixed(&summary, whole.report);
	for (size_t i = 0; r == 0 && i < whole.report->finding_count; i++)
		if (report_fails(&whole.report->findings[i]))
			r = block(&summary, whole.report, i, style);
	if (summary.left_out && capacity > TAIL_BYTES)
		fprintf(stream, "\n%zu more finding%s left out: there is no more room here.\n",
			summary.left_out, summary.left_out == 1 ? " is" : "s are");
	report_whole_finish(&whole);
	return r == 0 && ferror(stream) ? -EIO : r;
}
