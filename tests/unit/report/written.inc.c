/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats write of a report, to be looked into. */
#include <report/format.h>

#include "chain.inc.c"

static char text[1 << 20];

static inline FILE *open_text(void)
{
	FILE *stream = fmemopen(text, sizeof(text), "w");

	cr_assert_not_null(stream);
	text[0] = '\0';
	return stream;
}

/* The trace is closed. filter NULL: all of it. */
static inline void write_as(report_writer write, struct trace *trace,
			    const struct report_style *style, const struct report_filter *filter)
{
	struct report *report = read_report(trace, filter);
	FILE *stream = open_text();

	cr_assert_eq(write(stream, &report, 1, style), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
}

static inline void write_text(struct trace *trace, const struct report_style *style,
			      const struct report_filter *filter)
{
	write_as(report_text, trace, style, filter);
}

static inline void write_json(struct trace *trace, const struct report_filter *filter)
{
	write_as(report_json, trace, NULL, filter);
}

static inline void expect(const char *part)
{
	cr_expect(strstr(text, part), "'%s' is not in:\n%s", part, text);
}

static inline void expect_not(const char *part)
{
	cr_expect_null(strstr(text, part), "'%s' is in:\n%s", part, text);
}
