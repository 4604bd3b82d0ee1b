/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <inttypes.h>
#include <report/diff.h>

#include "text_stack.h"

static void show_item(FILE *stream, const struct report_diff_item *item,
		      const struct report_style *style)
{
	fprintf(stream, "%-9s %" PRIu64 " → %" PRIu64 "  ", report_change_names[item->change],
		item->before, item->now);
	if (item->state)
		fprintf(stream, "%s  ", item->state);
	fputs(item->rule, stream);
	if (item->message)
		fprintf(stream, "  %s", item->message);
	else
		fprintf(stream, "  %s", item->class_name);
	if (item->function)
		fprintf(stream, "  %s", item->function);
	if (item->file)
		fprintf(stream, "  %s:%d", text_file_name(item->file, style), item->line);
	fprintf(stream, "  [%s]\n", item->fingerprint);
}

static void show_missing(FILE *stream, const struct report_diff *diff)
{
	if (!diff->now_complete)
		fprintf(stream,
			"evidence is missing in %s: what is unseen there may not be fixed\n",
			diff->now);
	if (!diff->before_complete)
		fprintf(stream, "evidence is missing in %s: what is new may have been there\n",
			diff->before);
}

static void show_counts(FILE *stream, const size_t counts[REPORT_CHANGE__COUNT])
{
	for (size_t i = 0; i < REPORT_CHANGE__COUNT; i++)
		if (i != REPORT_CHANGE_UNSEEN || counts[i])
			fprintf(stream, "%s %zu %s", i ? "," : "", counts[i],
				report_change_names[i]);
	fputc('\n', stream);
}

int report_diff_text(FILE *stream, const struct report_diff *diff, const struct report_style *style)
{
	fprintf(stream, "%s → %s:", diff->before, diff->now);
	show_counts(stream, diff->counts);
	for (size_t i = 0; i < diff->count; i++) {
		const struct report_diff_item *item = &diff->items[i];

		if (item->only_strict && (i == 0 || !item[-1].only_strict)) {
			fputs("what fails a gate only with --strict:", stream);
			show_counts(stream, diff->strict_counts);
		}
		show_item(stream, item, style);
	}
	show_missing(stream, diff);
	if (diff->left_out)
		fprintf(stream, "%zu finding%s left out, since the policy excuses %s\n",
			diff->left_out, text_plural(diff->left_out),
			diff->left_out == 1 ? "it" : "them");
	return ferror(stream) ? -EIO : 0;
}
