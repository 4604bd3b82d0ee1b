/* SPDX-License-Identifier: Apache-2.0 */
#include "text_soak.h"

#include <base/text.h>
#include <inttypes.h>
#include <string.h>

#include "text_stack.h"

/* What strikes once in so many sessions is seen in three times as many, with 95 %. */
enum { SEEN_IN = 3 };

enum { TABLES_MAX = 8, ROWS_MAX = 20, COLUMN_MAX = 40, CELL_BYTES = 96 };

static const char *place_of(const struct report_trend *trend)
{
	if (trend->culprit_function)
		return trend->culprit_function;
	return trend->culprit_module ? text_base_name(trend->culprit_module) : "?";
}

static void say_counts(const struct report_trend *trend, char *ret_cell)
{
	snprintf(ret_cell, CELL_BYTES, "%" PRId64 " -> %" PRId64, trend->first, trend->last);
}

static void say_slope(const struct report_trend *trend, char *ret_cell)
{
	if (!trend->has_slope)
		snprintf(ret_cell, CELL_BYTES, "?");
	else if (trend->low == trend->high)
		snprintf(ret_cell, CELL_BYTES, "%+.3g", trend->slope);
	else
		snprintf(ret_cell, CELL_BYTES, "%+.3g (%.3g to %.3g)", trend->slope, trend->low,
			 trend->high);
}

/* As wide as its widest cell, within bounds. */
static void widen(int *width, const char *cell)
{
	int length = (int)strnlen(cell, COLUMN_MAX);

	if (length > *width)
		*width = length;
}

struct widths {
	int class_name, place, counts, slope;
};

static const struct widths headings = {5, 7, 13, 18};

static void row(FILE *stream, const struct report_trend *trend, const struct widths *widths,
		const struct report_style *style)
{
	char counts[CELL_BYTES], slope[CELL_BYTES];

	say_counts(trend, counts);
	say_slope(trend, slope);
	fprintf(stream, "  %-8s  %-*.*s  %-*.*s  %*s  %s", trend->verdict, widths->class_name,
		COLUMN_MAX, trend->class_name, widths->place, COLUMN_MAX, place_of(trend),
		widths->counts, counts, slope);
	if (trend->culprit_file)
		fprintf(stream, "%*s  %s:%d", widths->slope - (int)strlen(slope), "",
			text_file_name(trend->culprit_file, style), trend->culprit_line);
	fputc('\n', stream);
	if (trend->supply)
		fprintf(stream,
			"            the limit of %" PRIu64 " %s is reached after %" PRIu64
			" more session%s\n",
			trend->capacity, trend->supply, trend->left, text_plural(trend->left));
}

static bool is_shown(const struct report_trend *trend, const struct report_style *style)
{
	return style->full_stacks || strcmp(trend->verdict, "steady") != 0;
}

/* Returns how many rows it has. */
static size_t measure(const struct report_soak *soak, const struct report_style *style,
		      struct widths *widths)
{
	size_t shown = 0;

	for (size_t i = 0; i < soak->trend_count; i++) {
		const struct report_trend *trend = &soak->trends[i];
		char cell[CELL_BYTES];

		if (!is_shown(trend, style) || shown == ROWS_MAX)
			continue;
		shown++;
		widen(&widths->class_name, trend->class_name);
		widen(&widths->place, place_of(trend));
		say_counts(trend, cell);
		widen(&widths->counts, cell);
		say_slope(trend, cell);
		widen(&widths->slope, cell);
	}
	return shown;
}

static void rest(FILE *stream, const struct report_soak *soak, const struct report_style *style,
		 size_t shown)
{
	size_t wanted = 0, steady;

	for (size_t i = 0; i < soak->trend_count; i++)
		wanted += is_shown(&soak->trends[i], style);
	steady = soak->trend_count - wanted;
	if (wanted > shown)
		fprintf(stream, "  +%zu more\n", wanted - shown);
	if (steady)
		fprintf(stream,
			"  steady    %zu %splace%s where something is born (--full-stacks shows "
			"%s)\n",
			steady, wanted ? "other " : "", text_plural(steady),
			steady == 1 ? "it" : "them");
}

/* What the sessions could not see: only where some place is said not to grow. */
static void say_unseen(FILE *stream, const struct report_soak *soak)
{
	uint64_t one_of = soak->sessions / SEEN_IN;
	bool still = false;

	for (size_t i = 0; i < soak->trend_count; i++)
		still |= strcmp(soak->trends[i].verdict, "steady") == 0 ||
			 strcmp(soak->trends[i].verdict, "cache") == 0;
	if (still && one_of > 0)
		fprintf(stream,
			"  %" PRIu64 " sessions may miss what strikes in fewer than one of %" PRIu64
			"\n",
			soak->sessions, one_of);
}

/* which: the recording that it is of; NULL: of the only one. */
static void table(FILE *stream, const struct report_soak *soak, const char *which,
		  const struct report_style *style)
{
	struct widths widths = headings;
	size_t shown, left;

	fprintf(stream, "\n  %s%ssoak: %" PRIu64 " of %" PRIu64 " sessions (%s)\n",
		which ? which : "", which ? ": " : "", soak->sessions, soak->wanted,
		soak->what ? soak->what : "?");
	if (soak->no_verdict)
		fprintf(stream, "  no verdict on growth: %s\n", soak->no_verdict);
	shown = left = measure(soak, style, &widths);
	if (shown)
		fprintf(stream, "  %-8s  %-*s  %-*s  %*s  a session (95 %%)\n", "trend",
			widths.class_name, "class", widths.place, "born in", widths.counts,
			"first -> last");
	for (size_t i = 0; i < soak->trend_count && left; i++) {
		if (!is_shown(&soak->trends[i], style))
			continue;
		row(stream, &soak->trends[i], &widths, style);
		left--;
	}
	rest(stream, soak, style, shown);
	say_unseen(stream, soak);
}

void text_soak(FILE *stream, const struct report *report, const struct report_style *style)
{
	size_t told = 0;

	if (report->soak)
		table(stream, report->soak, NULL, style);
	for (size_t i = 0; i < report->recording_count; i++) {
		const struct report *recording = report->recordings[i];

		if (recording->soak && told++ < TABLES_MAX)
			table(stream, recording->soak, recording->trace_path, style);
	}
	if (told > TABLES_MAX)
		fprintf(stream, "\n  +%zu more that are of a soak\n", told - TABLES_MAX);
}
