/* SPDX-License-Identifier: Apache-2.0 */
#include "text_stray.h"

#include <inttypes.h>

#include "text_stack.h"

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
	for (size_t i = 0; i < report->stray_count; i++)
		fprintf(stream, "%s%s of %s %" PRIu64, i ? ", " : " (", report->strays[i].op,
			report->strays[i].kind, report->strays[i].count);
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
