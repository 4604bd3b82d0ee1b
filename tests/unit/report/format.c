/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every format, whatever it looks like. */
#include <report/format.h>

#include "fixture.inc.c"

#define FOR_EACH(format)                                                                           \
	for (const struct report_format *format = report_formats; format->name; format++)

/* What the format makes of count reports of one small trace. */
static int write_all(const struct report_format *format, size_t count)
{
	struct report *reports[2];
	struct report_style plain = page_style();
	struct trace *trace = make_trace(3);
	char *text;
	size_t bytes;
	FILE *stream = open_memstream(&text, &bytes);
	int r;

	cr_assert_not_null(stream);
	for (size_t i = 0; i < count; i++) {
		reports[i] = read_report(trace, NULL);
		reports[i]->verdict = "failed by 1 finding";
		reports[i]->findings[0].gate = (struct report_gate){
			.judged = true, .fails = true, .level = REPORT_LEVEL_ERROR};
	}
	r = format->write(stream, reports, count, &plain);
	fclose(stream);
	cr_expect(strstr(text, "f00d"), "%s names no finding: %s", format->name, text);
	for (size_t i = 0; i < count; i++)
		report_destroy(reports[i]);
	trace_close(trace);
	free(text);
	return r;
}

Test(format, each_has_a_name_of_its_own_and_says_what_it_is)
{
	FOR_EACH(format)
	{
		cr_expect(format->text[0], "%s", format->name);
		for (const struct report_format *other = format + 1; other->name; other++)
			cr_expect_str_neq(format->name, other->name);
	}
}

Test(format, each_writes_several_traces_into_one_document)
{
	FOR_EACH(format)
	{
		cr_expect_eq(write_all(format, 1), 0, "%s", format->name);
		cr_expect_eq(write_all(format, 2), 0, "%s", format->name);
	}
}

Test(format, each_says_when_its_stream_is_full)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);

	FOR_EACH(format)
	{
		for (size_t width = 0; width <= 60; width += 60) {
			struct report_style style = page_style();
			FILE *stream = fopen("/dev/full", "w");

			style.width = width;
			cr_assert_not_null(stream);
			setvbuf(stream, NULL, _IONBF, 0);
			cr_expect_lt(format->write(stream, &report, 1, &style), 0, "%s",
				     format->name);
			fclose(stream);
		}
	}
	report_destroy(report);
	trace_close(trace);
}
