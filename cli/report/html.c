/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page with its traces inside: one file. Everything that came from a trace is base64, or JSON
 * in which '<' is escaped, so that nothing of it ends the element that it stands in.
 */
#include <errno.h>
#include <report/page.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"

/* Of merged reports those that they were merged of: a page has traces. */
struct list {
	const struct report **items;
	size_t count;
};

static int list_recordings(struct report *const *reports, size_t count, struct list *ret_list)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++)
		most += 1 + reports[i]->recording_count;
	ret_list->items = calloc(most + 1, sizeof(*ret_list->items));
	if (!ret_list->items)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (!reports[i]->recording_count)
			ret_list->items[ret_list->count++] = reports[i];
		for (size_t j = 0; j < reports[i]->recording_count; j++)
			ret_list->items[ret_list->count++] = reports[i]->recordings[j];
	}
	return 0;
}

static int write_session(FILE *stream, const struct list *list, const struct report_style *style)
{
	struct report_page_trace *traces = calloc(list->count + 1, sizeof(*traces));
	struct report_page_session session = {
		.style = style, .traces = traces, .trace_count = list->count};
	int r;

	if (!traces)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		traces[i] = (struct report_page_trace){
			.path = list->items[i]->trace_path,
			.size = list->items[i]->image_size,
			.report = list->items[i],
		};
	fputs("<script type=\"application/json\" id=\"rtctrack-session\">", stream);
	r = report_page_session(stream, &session);
	free(traces);
	fputs("</script>\n", stream);
	return r;
}

static int write_trace(FILE *stream, size_t index, const struct report *report)
{
	int r;

	if (!report->image)
		return -EINVAL;
	fprintf(stream, "<script type=\"text/plain\" id=\"rtctrack-trace-%zu\">", index);
	r = block_write(stream, report->image, report->image_size);
	fputs("</script>\n", stream);
	return r;
}

static int write_data(FILE *stream, struct report *const *reports, size_t count,
		      const struct report_style *style)
{
	struct list list = {0};
	int r = list_recordings(reports, count, &list);

	if (r == 0)
		r = write_session(stream, &list, style);
	for (size_t i = 0; r == 0 && i < list.count; i++)
		r = write_trace(stream, i, list.items[i]);
	free(list.items);
	return r;
}

static int write_page(FILE *stream, const unsigned char *bytes, size_t size)
{
	errno = 0;
	if (fwrite(bytes, 1, size, stream) < size)
		return errno ? -errno : -EIO;
	return 0;
}

int report_html(FILE *stream, struct report *const *reports, size_t count,
		const struct report_style *style)
{
	const struct report_template *page = &style->page;
	const unsigned char *marker = NULL, *rest;
	int r;

	if (page->size)
		marker = memmem(page->html, page->size, page->marker, strlen(page->marker));
	if (!marker)
		return -ENOSYS;
	rest = marker + strlen(page->marker);
	r = write_page(stream, page->html, (size_t)(marker - page->html));
	if (r == 0)
		r = write_data(stream, reports, count, style);
	if (r == 0)
		r = write_page(stream, rest, page->size - (size_t)(rest - page->html));
	return r;
}
