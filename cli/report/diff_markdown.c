/* SPDX-License-Identifier: Apache-2.0 */
/* A table for a comment on a change. */
#include <base/text.h>
#include <errno.h>
#include <inttypes.h>
#include <report/diff.h>
#include <report/markdown.h>
#include <stdlib.h>
#include <string.h>

#include "text_stack.h"

#define CHARACTERS_MAX 60000 /* GitHub takes 65,536 */
#define CELL_BYTES 300
#define REST_BYTES 8192 /* what may stand around the rows */

static void put_cell(FILE *stream, const char *text)
{
	char cut[CELL_BYTES];

	text_clean(text, strlen(text), cut, sizeof(cut));
	markdown_text(stream, cut);
}

static void put_place(FILE *stream, const struct report_diff_item *item,
		      const struct report_style *style)
{
	if (item->function)
		put_cell(stream, item->function);
	if (!item->file)
		return;
	fputc(' ', stream);
	put_cell(stream, text_file_name(item->file, style));
	fprintf(stream, ":%d", item->line);
}

static void put_row(FILE *stream, const struct report_diff_item *item,
		    const struct report_style *style)
{
	fprintf(stream, "| %s%s | %s | ", report_change_names[item->change],
		item->only_strict ? " (strict)" : "", item->rule);
	put_place(stream, item, style);
	fputs(" | ", stream);
	put_cell(stream, item->message ? item->message : item->class_name);
	fprintf(stream, " | %" PRIu64 " | %" PRIu64 " |\n", item->before, item->now);
}

/* The rows of what differs that have room; how many these are. 0 or -ENOMEM. */
static int put_rows(FILE *stream, const struct report_diff *diff, const struct report_style *style,
		    size_t *ret_shown)
{
	size_t used = 0;

	*ret_shown = 0;
	for (size_t i = 0; i < diff->count; i++) {
		char *row = NULL;
		size_t bytes;
		FILE *memory;

		if (diff->items[i].change == REPORT_CHANGE_UNCHANGED)
			continue;
		memory = open_memstream(&row, &bytes);
		if (!memory)
			return -ENOMEM;
		put_row(memory, &diff->items[i], style);
		if (fclose(memory) != 0) {
			free(row);
			return -ENOMEM;
		}
		used += bytes;
		if (used <= CHARACTERS_MAX - REST_BYTES)
			fputs(row, stream);
		free(row);
		if (used > CHARACTERS_MAX - REST_BYTES)
			break;
		++*ret_shown;
	}
	return 0;
}

static void put_head(FILE *stream, const struct report_diff *diff)
{
	bool any = false;

	fputs("**rtctrack**: ", stream);
	for (size_t i = 0; i < REPORT_CHANGE__COUNT; i++) {
		if (!diff->counts[i])
			continue;
		fprintf(stream, "%s%zu %s", any ? ", " : "", diff->counts[i],
			report_change_names[i]);
		any = true;
	}
	fprintf(stream, "%s (",
		any	      ? ""
		: diff->count ? "nothing that fails a gate"
			      : "no findings");
	put_cell(stream, diff->before);
	fputs(" → ", stream);
	put_cell(stream, diff->now);
	fputs(")\n", stream);
}

static void show_rest(FILE *stream, const struct report_diff *diff, size_t more)
{
	if (more)
		fprintf(stream, "\n%zu more are not shown here.\n", more);
	if (diff->count && diff->items[diff->count - 1].only_strict)
		fputs("\nWhat is marked as strict fails a gate only with `--strict`.\n", stream);
	if (!diff->now_complete)
		fputs("\nEvidence is missing now: what is unseen may not be fixed.\n", stream);
	if (!diff->before_complete)
		fputs("\nEvidence was missing before: what is new may have been there.\n", stream);
	if (diff->left_out)
		fprintf(stream, "\n%zu left out, since the policy excuses them.\n", diff->left_out);
}

int report_diff_markdown(FILE *stream, const struct report_diff *diff,
			 const struct report_style *style)
{
	size_t count = diff->count - diff->counts[REPORT_CHANGE_UNCHANGED] -
		       diff->strict_counts[REPORT_CHANGE_UNCHANGED];
	size_t shown = 0;
	int r;

	put_head(stream, diff);
	if (count)
		fputs("\n| | rule | where | what | before | now |\n|---|---|---|---|--:|--:|\n",
		      stream);
	r = put_rows(stream, diff, style, &shown);
	if (r < 0)
		return r;
	show_rest(stream, diff, count - shown);
	return ferror(stream) ? -EIO : 0;
}
