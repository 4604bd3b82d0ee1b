/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <stdlib.h>
#include <string.h>

#include "text_ending.h"
#include "text_example.h"
#include "text_fit.h"
#include "text_gate.h"
#include "text_kind.h"
#include "text_next.h"
#include "text_packs.h"
#include "text_paint.h"
#include "text_soak.h"
#include "text_stack.h"
#include "text_stood.h"
#include "text_stray.h"
#include "text_tree.h"

#define PLACE_BYTES 256
#define MINOR_FEW 10 /* from so many on, a minor finding is shown in full */
#define MINOR_LINES_MAX 12
#define EXCUSED_LINES_MAX 50

static double seconds(uint64_t time_ns)
{
	return (double)time_ns / 1e9;
}

static const char *process_name(const struct report_process *process)
{
	return process->exe[0] ? text_base_name(process->exe) : "?";
}

static void head(FILE *stream, const struct report *report, const struct report_style *style)
{
	const char *command = report->command;

	if (!command && report->process_count)
		command = report->processes[0].command;
	text_painted(stream, style, PAINT_BOLD, "rtctrack");
	if (report->recording_count)
		fprintf(stream, "  %zu recordings", report->recording_count);
	else
		fprintf(stream, "  %s", command ? command : "?");
	fprintf(stream, "  %.2f s, %zu process%s", seconds(report->duration_ns), report->pid_count,
		report->pid_count == 1 ? "" : "es");
	/* What --timeout ended has another code than its own: the next line says how it went. */
	if (report->exit_status >= 0 && !report->timeout_s)
		fprintf(stream, ", exit %d", report->exit_status);
	fputc('\n', stream);
}

/* A culprit without a symbol: its module and the place in it. */
static const char *unnamed(const struct report_finding *finding, char *ret_place)
{
	for (size_t i = 0; i < finding->stack.count; i++) {
		const struct report_frame *frame = &finding->stack.frames[i];

		if (frame->function || strcmp(frame->module, finding->culprit_module) != 0)
			continue;
		snprintf(ret_place, PLACE_BYTES, "%.200s+0x%" PRIx64, text_base_name(frame->module),
			 frame->address);
		return ret_place;
	}
	return "a function without symbol";
}

static void culprit(FILE *stream, const struct report_finding *finding,
		    const struct report_style *style, const char *before)
{
	char place[PLACE_BYTES];

	fputs(before, stream);
	text_painted(stream, style, PAINT_BOLD,
		     finding->culprit_function ? finding->culprit_function
					       : unnamed(finding, place));
	if (finding->culprit_file)
		fprintf(stream, "  %s:%d", text_file_name(finding->culprit_file, style),
			finding->culprit_line);
	if (finding->culprit_module)
		fprintf(stream, "  (%s)", text_base_name(finding->culprit_module));
}

static bool has_culprit(const struct report_finding *finding)
{
	return finding->culprit_function || finding->culprit_module;
}

static bool spans_processes(const struct report_finding *finding)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].resource &&
		    finding->evidence[i].process != finding->process)
			return true;
	return false;
}

static void where_from(FILE *stream, const struct report *report,
		       const struct report_finding *finding)
{
	const struct report_process *process;

	if (finding->runs_named)
		fprintf(stream, "     in        %s\n", finding->runs_named);
	if (report->process_count < 2 || finding->process >= report->process_count)
		return;
	process = &report->processes[finding->process];
	fprintf(stream, "     process   %s (pid %d)%s\n", process_name(process), process->pid,
		spans_processes(finding) ? " and others" : "");
}

static bool shows(const struct report_finding *finding, size_t evidence_count,
		  const struct report_stack *stack)
{
	for (size_t i = 0; i < evidence_count; i++)
		if (finding->evidence[i].stack &&
		    text_same_stack(finding->evidence[i].stack, stack))
			return true;
	return finding->stack.count && !finding->stack_in_evidence &&
	       text_same_stack(&finding->stack, stack);
}

/* What sums up others repeats their stacks: once is enough. True: it was shown, and that is said.
 */
static bool shown_before(FILE *stream, const struct report *report, size_t index,
			 size_t evidence_count, const struct report_stack *stack,
			 const struct report_style *style)
{
	const struct report_finding *finding = &report->findings[index];

	if (strcmp(finding->rule, "exhaustion") != 0 || style->full_stacks)
		return false;
	if (shows(finding, evidence_count, stack)) {
		fprintf(stream, "           as above\n");
		return true;
	}
	for (size_t i = 0; i < index; i++)
		if (shows(&report->findings[i], report->findings[i].evidence_count, stack)) {
			fprintf(stream, "           as in finding %zu\n", i + 1);
			return true;
		}
	return false;
}

/* In the order of the evidence: what came first is shown first. */
static void stacks(FILE *stream, const struct report *report, size_t index,
		   const struct report_style *style)
{
	const struct report_finding *finding = &report->findings[index];
	const struct report_stack *before = NULL;

	if (finding->stack.count && !finding->stack_in_evidence) {
		fprintf(stream, "     at\n");
		text_stack(stream, &finding->stack, NULL, style);
		before = &finding->stack;
	}
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct report_evidence *evidence = &finding->evidence[i];
		const struct report_resource *resource = evidence->resource;

		if (!evidence->stack && (evidence->repeated || report_is_birth(evidence)))
			continue;
		if (!report_is_birth(evidence) || !resource)
			fprintf(stream, "     %s\n", evidence->role);
		else if (resource->birth_call[0])
			fprintf(stream, "     %s by %s() at\n", text_begun(resource->kind),
				resource->birth_call);
		else
			fprintf(stream, "     %s at\n", text_begun(resource->kind));
		if (!evidence->stack)
			continue;
		if (shown_before(stream, report, index, i, evidence->stack, style))
			continue;
		text_stack(stream, evidence->stack, before, style);
		before = evidence->stack;
	}
}

static void fingerprint(FILE *stream, const struct report_finding *finding,
			const struct report_style *style)
{
	text_paint(stream, style, PAINT_DIM);
	fprintf(stream, "  [%s]", finding->fingerprint);
	text_paint(stream, style, PAINT_NONE);
	fputc('\n', stream);
}

static void show_finding(FILE *stream, const struct report *report, size_t index,
			 const struct report_style *style)
{
	const struct report_finding *finding = &report->findings[index];

	fprintf(stream, "\n%3zu. ", index + 1);
	text_painted(stream, style, report_fails(finding) ? PAINT_RED : PAINT_BOLD, finding->state);
	fprintf(stream, "  %s  ", finding->rule);
	text_painted(stream, style, PAINT_BOLD, finding->message);
	fingerprint(stream, finding, style);
	if (has_culprit(finding)) {
		culprit(stream, finding, style, "     culprit   ");
		fputc('\n', stream);
	}
	where_from(stream, report, finding);
	text_gate(stream, finding);
	stacks(stream, report, index, style);
	text_examples(stream, report, finding);
}

/* A minor finding takes one line, unless it is the only one. */
static bool is_brief(const struct report *report, const struct report_finding *finding,
		     const struct report_style *style)
{
	return finding->minor && finding->count < MINOR_FEW && !style->full_stacks &&
	       report->finding_count > 1;
}

static void show_brief(FILE *stream, const struct report *report, size_t index,
		       const struct report_style *style)
{
	const struct report_finding *finding = &report->findings[index];
	const char *noun = text_fd_noun(finding->class_name);
	size_t length = strlen(noun);
	bool many = finding->count != 1, ies = many && noun[length - 1] == 'y';

	fprintf(stream, "%3zu. %" PRIu64 " %.*s%s", index + 1, finding->count,
		(int)(ies ? length - 1 : length), noun,
		ies    ? "ies"
		: many ? "s"
		       : "");
	if (finding->evidence_count && finding->evidence[0].resource &&
	    finding->evidence[0].resource->name && finding->evidence[0].resource->name[0])
		fprintf(stream, "  %s", finding->evidence[0].resource->name);
	if (has_culprit(finding))
		culprit(stream, finding, style, "  ");
	fingerprint(stream, finding, style);
}

/* One line for what a line of a policy lets pass. */
static void show_excused(FILE *stream, const struct report *report, size_t index,
			 const struct report_style *style)
{
	const struct report_finding *finding = &report->findings[index];
	char why[512];

	fprintf(stream, "%3zu. %s  %s  %s", index + 1, finding->state, finding->rule,
		finding->message);
	if (has_culprit(finding))
		culprit(stream, finding, style, "  ");
	fprintf(stream, "  %s", report_gate_says(finding, why, sizeof(why)));
	fingerprint(stream, finding, style);
}

/* How a finding is shown, in the order of the groups. */
enum manner { MANNER_FULL, MANNER_BRIEF, MANNER_EXCUSED };

static enum manner manner_of(const struct report *report, const struct report_finding *finding,
			     const struct report_style *style)
{
	if (report_is_excused(finding))
		return MANNER_EXCUSED;
	return is_brief(report, finding, style) ? MANNER_BRIEF : MANNER_FULL;
}

typedef void (*finding_writer)(FILE *stream, const struct report *report, size_t index,
			       const struct report_style *style);

/* Those that take a line each: most of them at the most, below a heading. */
static void show_lines(FILE *stream, const struct report *report, enum manner manner, size_t most,
		       const char *heading, finding_writer write, const struct report_style *style)
{
	size_t shown = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		if (manner_of(report, &report->findings[i], style) != manner || shown++ >= most)
			continue;
		if (shown == 1)
			fprintf(stream, "\n  %s\n", heading);
		write(stream, report, i, style);
	}
	if (shown > most)
		fprintf(stream, "     +%zu more\n", shown - most);
}

static void show_findings(FILE *stream, const struct report *report,
			  const struct report_style *style)
{
	bool first = report->finding_count && report->findings[0].minor;

	for (size_t i = 0; i < report->finding_count; i++)
		if (manner_of(report, &report->findings[i], style) == MANNER_FULL)
			show_finding(stream, report, i, style);
	show_lines(stream, report, MANNER_BRIEF, MINOR_LINES_MAX,
		   first ? "open at the end (--full-stacks shows how)"
			 : "also open at the end (--full-stacks shows how)",
		   show_brief, style);
	show_lines(stream, report, MANNER_EXCUSED,
		   style->full_stacks ? SIZE_MAX : EXCUSED_LINES_MAX,
		   "excused, and no part of the verdict", show_excused, style);
	if (report->finding_ignored)
		fprintf(stream, "\n  %zu finding%s left out, as the policy says\n",
			report->finding_ignored, text_plural(report->finding_ignored));
}

static void summary(FILE *stream, const struct report *report)
{
	fputc('\n', stream);
	for (size_t i = 0; i < report->tally_count; i++) {
		const struct report_tally *tally = &report->tallies[i];
		const struct text_kind *words = text_kind(tally->kind);

		if (words)
			fprintf(stream,
				"  %-12s %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64
				" alive at the end\n",
				words->plural, tally->begun, words->begun, tally->ended,
				words->over, tally->alive);
	}
	if (report->folded)
		fprintf(stream, "  %-12s %" PRIu64 " that ended in order, kept as sums\n", "folded",
			report->folded);
	if (report->mark_count)
		fprintf(stream, "  %-12s %" PRIu64 "%s\n", "marks", report->mark_count,
			report->mark_count < 3 ? " (growth shows from 3 of one series on)" : "");
}

static void coverage(FILE *stream, const struct report *report, const struct report_style *style)
{
	fprintf(stream, "  coverage     ");
	if (report_complete(report))
		text_painted(stream, style, PAINT_GREEN, "complete");
	else
		text_painted(stream, style, PAINT_RED, "incomplete: no clean verdict can be given");
	fputc('\n', stream);
	if (!report->finished) {
		fprintf(stream, "               ");
		text_painted(stream, style, PAINT_RED,
			     "the recording did not come to its end (still running, or cut off)");
		fputc('\n', stream);
	}
	for (size_t i = 0; i < report->note_count; i++) {
		fprintf(stream, "  %-12s ", i ? "" : "notes");
		if (report->notes[i].lost)
			text_paint(stream, style, PAINT_RED);
		fprintf(stream, "%s: %" PRIu64, report->notes[i].text, report->notes[i].count);
		if (report->notes[i].lost)
			text_paint(stream, style, PAINT_NONE);
		fputc('\n', stream);
	}
	text_strays(stream, report, style);
}

/* Where it is read first: below lies what may not be as it looks. */
static void loss(FILE *stream, const struct report *report, const struct report_style *style)
{
	if (!report->lost || !report->finding_total)
		return;
	fprintf(stream, "  ");
	text_painted(stream, style, PAINT_RED,
		     "records were lost (see coverage): what rests on them is undecided");
	fputc('\n', stream);
}

static int write_report(FILE *stream, const struct report *report, const struct report_style *style)
{
	int r;

	head(stream, report, style);
	loss(stream, report, style);
	text_ending(stream, report, style);
	show_findings(stream, report, style);
	if (!report->finding_total && !report->finding_ignored)
		fprintf(stream, "\n  no findings\n");
	text_soak(stream, report, style);
	r = text_stood(stream, report, style);
	if (r < 0)
		return r;
	summary(stream, report);
	r = text_tree(stream, report);
	if (r < 0)
		return r;
	text_running(stream, report);
	text_packs(stream, report);
	text_policy(stream, report);
	coverage(stream, report, style);
	text_next(stream, report);
	return ferror(stream) ? -EIO : 0;
}

typedef int (*part_writer)(FILE *stream, const struct report *report,
			   const struct report_style *style);

/* Fitted to the width, if there is one, once it is whole. */
static int write_fitted(FILE *stream, const struct report *report, const struct report_style *style,
			part_writer write)
{
	char *text = NULL;
	size_t bytes;
	FILE *memory;
	int r;

	if (!style->width)
		return write(stream, report, style);
	memory = open_memstream(&text, &bytes);
	if (!memory)
		return -errno;
	r = write(memory, report, style);
	if (fclose(memory) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		text_fit(stream, text, style->width);
	free(text);
	return r < 0 ? r : ferror(stream) ? -EIO : 0;
}

static int write_findings(FILE *stream, const struct report *report,
			  const struct report_style *style)
{
	show_findings(stream, report, style);
	return ferror(stream) ? -EIO : 0;
}

int report_text_findings(FILE *stream, const struct report *report,
			 const struct report_style *style)
{
	return write_fitted(stream, report, style, write_findings);
}

int report_text_finding(FILE *stream, const struct report *report, size_t index,
			const struct report_style *style)
{
	show_finding(stream, report, index, style);
	return ferror(stream) ? -EIO : 0;
}

int report_text(FILE *stream, struct report *const *reports, size_t count,
		const struct report_style *style)
{
	for (size_t i = 0; i < count; i++) {
		int r;

		if (i)
			fputc('\n', stream);
		r = write_fitted(stream, reports[i], style, write_report);
		if (r < 0)
			return r;
	}
	return 0;
}
