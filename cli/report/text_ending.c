/* SPDX-License-Identifier: Apache-2.0 */
#include "text_ending.h"

#include <inttypes.h>
#include <string.h>

#include "text_paint.h"

#define ENDINGS_MAX 8

static bool was_ended(const struct report *report)
{
	const struct report_process *process = report_program(report);

	return report->timeout_s || (process && (strcmp(process->end, "signal") == 0 ||
						 strcmp(process->end, "unknown") == 0));
}

/* Who is killed has no time to close: that is said before anything that was alive then. */
static void how_one_ended(FILE *stream, const struct report *report,
			  const struct report_style *style, const char *which)
{
	const struct report_process *process = report_program(report);
	bool by_signal = process && strcmp(process->end, "signal") == 0;
	bool unknown = process && strcmp(process->end, "unknown") == 0;
	const char *signal = by_signal ? sigabbrev_np(process->code) : NULL;

	if (!was_ended(report))
		return;
	fprintf(stream, "  %s%s", which ? which : "", which ? ": " : "");
	text_paint(stream, style, PAINT_RED);
	if (report->timeout_s)
		fprintf(stream, "ended by --timeout after %s s%s", report->timeout_s,
			by_signal || unknown ? ", " : "");
	if (signal)
		fprintf(stream, "killed by SIG%s (%s)", signal, strsignal(process->code));
	else if (by_signal)
		fprintf(stream, "killed by signal %d", process->code);
	else if (unknown)
		fputs("killed or crashed", stream);
	if (report->ending.no_memory)
		fputs(", when the kernel had no memory left", stream);
	text_paint(stream, style, PAINT_NONE);
	fputs(by_signal || unknown ? ": what was merely alive then is not judged as leaked\n"
				   : ": it may have been in the middle of its work\n",
	      stream);
}

static void how_it_ended(FILE *stream, const struct report *report,
			 const struct report_style *style)
{
	size_t told = 0;

	if (!report->recording_count)
		how_one_ended(stream, report, style, NULL);
	for (size_t i = 0; i < report->recording_count; i++)
		if (was_ended(report->recordings[i]) && told++ < ENDINGS_MAX)
			how_one_ended(stream, report->recordings[i], style,
				      report->recordings[i]->trace_path);
	if (told > ENDINGS_MAX)
		fprintf(stream, "  +%zu more that did not end by themselves\n", told - ENDINGS_MAX);
}

static void unseen(FILE *stream, const struct report *report)
{
	enum report_end end = report->ending.end;

	if (end == REPORT_END_SIGNAL || end == REPORT_END_UNKNOWN)
		fputs("  not seen: what its end would have closed, and what the kernel still had "
		      "of it then; what must be closed and was open is not judged\n",
		      stream);
	else if (end == REPORT_END_AT_ONCE && report->finding_total)
		fputs("  ended by _exit, or with its last thread: none of its exit functions ran, "
		      "and what they would have ended is judged as left\n",
		      stream);
}

static void held(FILE *stream, const struct report *report)
{
	uint64_t count = 0, most_ns = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		uint64_t held_ns = report->processes[i].held_ns;

		count += held_ns > 0;
		most_ns = held_ns > most_ns ? held_ns : most_ns;
	}
	if (count == 1)
		fprintf(stream, "  held back for %.2f s at its end (--settle)\n",
			(double)most_ns / 1e9);
	else if (count)
		fprintf(stream,
			"  %" PRIu64
			" processes were held back at their ends, for %.2f s at most (--settle)\n",
			count, (double)most_ns / 1e9);
}

void text_ending(FILE *stream, const struct report *report, const struct report_style *style)
{
	how_it_ended(stream, report, style);
	unseen(stream, report);
	held(stream, report);
}
