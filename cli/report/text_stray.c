/* SPDX-License-Identifier: Apache-2.0 */
#include "text_stray.h"

#include <inttypes.h>
#include <string.h>

#include "text_kind.h"
#include "text_stack.h"

/* "3 releases of objects", "1 own of an object". */
static void say_one(FILE *stream, const struct report_stray *stray)
{
	const struct text_kind *words = text_kind(stray->kind);
	size_t length = strlen(stray->op);

	fprintf(stream, "%" PRIu64 " %s", stray->count, stray->op);
	if (stray->count == 1)
		fprintf(stream, " of %s %s", strchr("aeiou", stray->kind[0]) ? "an" : "a",
			stray->kind);
	else
		fprintf(stream, "%s of %s",
			length && stray->op[length - 1] == 's' ? "" : "s", /* "needs" */
			words ? words->plural : stray->kind);
}

void text_strays(FILE *stream, const struct report *report, const struct report_style *style)
{
	const struct report_stray *first = report->strays;
	const struct report_frame *teller;
	uint64_t total = 0;

	if (!report->stray_count)
		return;
	for (size_t i = 0; i < report->stray_count; i++)
		total += report->strays[i].count;
	teller = text_teller(&first->stack);
	fprintf(stream, "  %-12s annotations that name what was never created: %" PRIu64,
		report->note_count ? "" : "notes", total);
	for (size_t i = 0; i < report->stray_count; i++) {
		fputs(i ? ", " : " (", stream);
		say_one(stream, &report->strays[i]);
	}
	fprintf(stream, "); the first: %s of 0x%" PRIx64, first->op, first->subject);
	if (teller)
		fprintf(stream, " in %s", teller->function);
	if (teller && teller->file)
		fprintf(stream, " (%s:%d)", text_file_name(teller->file, style), teller->line);
	fprintf(stream, "; %s\n",
		report->lost ? "to be expected, since events were lost"
			     : "to be expected only of what was made before the recording began, "
			       "else annotate its creation too");
}
