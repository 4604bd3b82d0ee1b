/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <report/merge.h>

#include "json_read.inc.c"

#include "image.inc.c"

#define SESSION "<script type=\"application/json\" id=\"rtctrack-session\">"

static int write_page(struct report *const *reports, size_t count, const struct report_style *style)
{
	FILE *stream = open_text();
	int r = report_html(stream, reports, count, style);

	fclose(stream);
	return r;
}

static size_t count_of(const char *part)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, part)); at++)
		count++;
	return count;
}

/* What the page is told beside the traces; the caller frees it. */
static struct json_object *session(void)
{
	char *at = strstr(text, SESSION), *end;
	struct json_object *root;

	cr_assert_not_null(at, "%s", text);
	at += strlen(SESSION);
	end = strstr(at, "</script>");
	cr_assert_not_null(end);
	*end = 0;
	root = json_tokener_parse(at);
	*end = '<';
	cr_assert_not_null(root);
	return root;
}

Test(html, the_data_stands_where_the_marker_was_and_the_rest_is_as_it_was)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);
	struct report_style style = page_style();

	cr_assert_eq(write_page(&report, 1, &style), 0);
	cr_expect_eq(strncmp(text, "<p>before" SESSION, strlen("<p>before" SESSION)), 0);
	cr_expect_str_eq(strrchr(text, '\n'), "\n<p>after");
	expect("</script>\n<script type=\"text/plain\" id=\"rtctrack-trace-0\">H4sI");
	expect_not(MARKER);
	report_destroy(report);
	trace_close(trace);
}

Test(html, each_trace_is_a_block_and_merged_ones_are_too)
{
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)}, *merged;
	struct report_style style = page_style();
	struct json_object *root;

	cr_assert_eq(report_merge(reports, 2, 0, &merged), 0);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(i ? write_page(&merged, 1, &style) : write_page(reports, 2, &style),
			     0);
		root = session();
		cr_expect_eq(json_object_array_length(member(root, "traces")), 2);
		expect_member(root, "served", "false");
		expect_member(root, "traces.1.name", "a.db");
		cr_expect_eq(json_object_get_uint64(member(root, "traces.1.size")),
			     reports[1]->image_size);
		cr_expect_eq(count_of("<script"), 3);
		cr_expect_eq(count_of("id=\"rtctrack-trace-1\""), 1);
		json_object_put(root);
	}
	report_destroy(merged);
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}

Test(html, nothing_that_a_trace_says_ends_an_element)
{
	struct trace *trace = make_trace(3);
	struct report *report;
	struct report_style style = page_style();

	execute(trace, "UPDATE finding SET fingerprint = '</script><!--<script>', class = '-->'");
	report = read_report(trace, NULL);
	report->verdict = "failed by </script>";
	report->findings[0].gate =
		(struct report_gate){.judged = true, .fails = true, .place = "</script>:3"};
	cr_assert_eq(write_page(&report, 1, &style), 0);
	cr_expect_eq(count_of("</script"), 2);
	cr_expect_eq(count_of("<script"), 2);
	cr_expect_eq(count_of("<!--"), 0);
	report_destroy(report);
	trace_close(trace);
}

Test(html, without_a_page_nothing_is_written)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);
	struct report_style style = {0};

	cr_expect_eq(write_page(&report, 1, &style), -ENOSYS);
	expect_not("<");
	style = page_style();
	style.page.marker = "<!--elsewhere-->";
	cr_expect_eq(write_page(&report, 1, &style), -ENOSYS);
	expect_not("<");
	report_destroy(report);
	trace_close(trace);
}

Test(html, the_image_has_the_indexes_that_the_file_of_a_trace_has)
{
	struct trace *trace = make_trace(3), *image;
	struct report *report = read_report(trace, NULL);

	image = open_image(report->image, report->image_size);
	cr_expect_str_eq(value_of(image,
				  "SELECT group_concat(name) FROM (SELECT name FROM"
				  " sqlite_master WHERE name LIKE 'resource_by%' ORDER BY 1)"),
			 "resource_by_birth_stack,resource_by_process");
	cr_expect_str_eq(value_of(image, "SELECT count(*) FROM resource"), "3");
	trace_close(image);
	report_destroy(report);
	trace_close(trace);
}

Test(html, without_an_image_it_fails)
{
	struct trace *trace = make_trace(3);
	struct report_filter filter = {0};
	struct report *report = read_report(trace, &filter);
	struct report_style style = page_style();

	cr_expect_null(report->image);
	cr_expect_eq(write_page(&report, 1, &style), -EINVAL);
	report_destroy(report);
	trace_close(trace);
}
