/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <stdlib.h>
#include <string.h>

#include "text_example.h"
#include "text_fit.h"
#include "text_kind.h"
#include "text_next.h"
#include "text_packs.h"
#include "text_stack.h"
#include "text_stood.h"
#include "text_stray.h"
#include "text_tree.h"

#define PLACE_BYTES 256
#define MINOR_FEW 10 /* from so many on, a minor finding is shown in full */
#define MINOR_LINES_MAX 12

enum paint { PAINT_NONE, PAINT_BOLD, PAINT_RED, PAINT_GREEN, PAINT_DIM };

static const char *const paints[] = {
	[PAINT_NONE] = "\033[0m",   [PAINT_BOLD] = "\033[1m", [PAINT_RED] = "\033[31m",
	[PAINT_GREEN] = "\033[32m", [PAINT_DIM] = "\033[2m",
};

static void paint(FILE *stream, const struct report_style *style, enum paint color)
{
	if (style->color)
		fputs(paints[color], stream);
}

static void painted(FILE *stream, const struct report_style *style, enum paint color,
		    const char *text)
{
	paint(stream, style, color);
	fputs(text, stream);
	paint(stream, style, PAINT_NONE);
}

static double seconds(uint64_t time_ns)
{
	return (double)time_ns / 1e9;
}

/* What a person calls a descriptor of that class. */
static const char *fd_noun(const char *class_name)
{
	static const struct {
		const char *name, *text;
	} classes[] = {
	/* clang-format off */
#define TRACK_FD_CLASS(id, name_, text_, group) { name_, text_ },
#include <track/fd_classes.def>
#undef TRACK_FD_CLASS
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strcmp(class_name, classes[i].name) == 0)
			return classes[i].text;
	return "descriptor";
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
	painted(stream, style, PAINT_BOLD, "rtctrack");
	fprintf(stream, "  %s  %.2f s, %zu process%s", command ? command : "?",
		seconds(report->duration_ns), report->pid_count,
		report->pid_count == 1 ? "" : "es");
	/* What --timeout ended has another code than its own: the next line says how it went. */
	if (report->exit_status >= 0 && !report->timeout_s)
		fprintf(stream, ", exit %d", report->exit_status);
	fputc('\n', stream);
}

/* Who is killed has no time to close: that is said before anything that was alive then. */
static void how_it_ended(FILE *stream, const struct report *report,
			 const struct report_style *style)
{
	const struct report_process *process = report_program(report);
	bool by_signal = process && strcmp(process->end, "signal") == 0;
	bool unknown = process && strcmp(process->end, "unknown") == 0;
	const char *signal = by_signal ? sigabbrev_np(process->code) : NULL;

	if (!by_signal && !unknown && !report->timeout_s)
		return;
	fputs("  ", stream);
	paint(stream, style, PAINT_RED);
	if (report->timeout_s)
		fprintf(stream, "ended by --timeout after %s s%s", report->timeout_s,
			by_signal || unknown ? ", " : "");
	if (signal)
		fprintf(stream, "killed by SIG%s (%s)", signal, strsignal(process->code));
	else if (by_signal)
		fprintf(stream, "killed by signal %d", process->code);
	else if (unknown)
		fputs("killed or crashed", stream);
	paint(stream, style, PAINT_NONE);
	fputs(by_signal || unknown ? ": what was merely alive then is not judged as leaked\n"
				   : ": it may have been in the middle of its work\n",
	      stream);
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
	painted(stream, style, PAINT_BOLD,
		finding->culprit_function ? finding->culprit_function : unnamed(finding, place));
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
	paint(stream, style, PAINT_DIM);
	fprintf(stream, "  [%s]", finding->fingerprint);
	paint(stream, style, PAINT_NONE);
	fputc('\n', stream);
}

static void show_finding(FILE *stream, const struct report *report, size_t index,
			 const struct report_style *style)
{
	const struct report_finding *finding = &report->findings[index];

	fprintf(stream, "\n%3zu. ", index + 1);
	painted(stream, style, finding->fails == REPORT_FAILS_ALWAYS ? PAINT_RED : PAINT_BOLD,
		finding->state);
	fprintf(stream, "  %s  ", finding->rule);
	painted(stream, style, PAINT_BOLD, finding->message);
	fingerprint(stream, finding, style);
	if (has_culprit(finding)) {
		culprit(stream, finding, style, "     culprit   ");
		fputc('\n', stream);
	}
	where_from(stream, report, finding);
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
	const char *noun = fd_noun(finding->class_name);
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

static void show_findings(FILE *stream, const struct report *report,
			  const struct report_style *style)
{
	size_t brief = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		if (!is_brief(report, &report->findings[i], style))
			show_finding(stream, report, i, style);
	for (size_t i = 0; i < report->finding_count; i++) {
		if (!is_brief(report, &report->findings[i], style) || brief++ >= MINOR_LINES_MAX)
			continue;
		if (brief == 1)
			fprintf(stream, "\n  %sopen at the end (--full-stacks shows how)\n",
				report->findings[0].minor ? "" : "also ");
		show_brief(stream, report, i, style);
	}
	if (brief > MINOR_LINES_MAX)
		fprintf(stream, "     +%zu more\n", brief - MINOR_LINES_MAX);
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
		painted(stream, style, PAINT_GREEN, "complete");
	else
		painted(stream, style, PAINT_RED, "incomplete: no clean verdict can be given");
	fputc('\n', stream);
	if (!report->finished) {
		fprintf(stream, "               ");
		painted(stream, style, PAINT_RED,
			"the recording did not come to its end (still running, or cut off)");
		fputc('\n', stream);
	}
	for (size_t i = 0; i < report->note_count; i++) {
		fprintf(stream, "  %-12s ", i ? "" : "notes");
		if (report->notes[i].lost)
			paint(stream, style, PAINT_RED);
		fprintf(stream, "%s: %" PRIu64, report->notes[i].text, report->notes[i].count);
		if (report->notes[i].lost)
			paint(stream, style, PAINT_NONE);
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
	painted(stream, style, PAINT_RED,
		"records were lost (see coverage): what rests on them is undecided");
	fputc('\n', stream);
}

static int write_report(FILE *stream, const struct report *report, const struct report_style *style)
{
	int r;

	head(stream, report, style);
	how_it_ended(stream, report, style);
	loss(stream, report, style);
	show_findings(stream, report, style);
	if (!report->finding_total)
		fprintf(stream, "\n  no findings\n");
	r = text_stood(stream, report, style);
	if (r < 0)
		return r;
	summary(stream, report);
	r = text_tree(stream, report);
	if (r < 0)
		return r;
	text_running(stream, report);
	text_packs(stream, report);
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
