/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a soak. */
#include <report/merge.h>
#include <report/redact.h>

#include "written.inc.c"

static struct trace *make_soak(const char *no_verdict)
{
	struct trace *trace = make_trace(3);

	execute(trace,
		"INSERT INTO meta VALUES ('soak', 'marks'), ('soak_what', 'marks'), "
		"('soak_sessions', '20'), ('soak_over', '18'), ('no_verdict', '%s')",
		no_verdict);
	return trace;
}

/* Rows are numbered by whoever asks. */
static void add(struct trace *trace, int id, const char *verdict, const char *class_name)
{
	execute(trace,
		"INSERT INTO trend VALUES (%d, '%s', 'fd', '%s', 1, NULL, 'open_socket', "
		"'/home/anna/a.c', 7, '/opt/bin/sessions', 2, 38, 1, 1.9, 1.5, 2.25, NULL, NULL, "
		"NULL)",
		id, verdict, class_name);
}

Test(soak, what_grows_has_a_row_with_its_slope_and_what_comes_of_it)
{
	struct report_style plain = {0};
	struct trace *trace = make_soak("");

	add(trace, 1, "growing", "udp");
	execute(trace, "UPDATE trend SET supply = 'descriptors', capacity = 1024, sessions_left = "
		       "519");
	write_text(trace, &plain, NULL);
	expect("\n  soak: 18 of 20 sessions (marks)\n");
	expect("\n  growing   udp    open_socket        2 -> 38  +1.9 (1.5 to 2.25)  "
	       "/home/anna/a.c:7\n");
	expect("\n            the limit of 1024 descriptors is reached after 519 more sessions\n");
	expect_not("no verdict");
	expect_not("may miss");
}

Test(soak, a_slope_without_doubt_has_no_interval)
{
	struct report_style plain = {0};
	struct trace *trace = make_soak("");

	add(trace, 1, "growing", "udp");
	execute(trace, "UPDATE trend SET slope = 2, slope_low = 2, slope_high = 2, "
		       "sessions_left = 1, supply = 'threads', capacity = 5");
	write_text(trace, &plain, NULL);
	expect(" 2 -> 38  +2                  /home");
	expect("the limit of 5 threads is reached after 1 more session\n");
}

Test(soak, what_is_steady_is_counted_and_shown_on_wish)
{
	struct report_style plain = {0}, full = {.full_stacks = true};
	struct trace *trace = make_soak("");

	add(trace, 1, "cache", "file");
	add(trace, 2, "steady", "pipe");
	write_text(trace, &plain, NULL);
	expect("\n  cache     file ");
	expect("\n  steady    1 other place where something is born (--full-stacks shows it)\n"
	       "  18 sessions may miss what strikes in fewer than one of 6\n");
	expect_not("pipe");
	trace = make_soak("");
	add(trace, 2, "steady", "pipe");
	write_text(trace, &full, NULL);
	expect("\n  steady    pipe ");
}

Test(soak, why_there_is_no_verdict_is_said)
{
	struct report_style plain = {0};

	write_text(make_soak("18 of 20 sessions were over at the end"), &plain, NULL);
	expect("\n  no verdict on growth: 18 of 20 sessions were over at the end\n");
}

Test(soak, of_very_many_rows_the_rest_is_counted)
{
	struct report_style plain = {0};
	struct trace *trace = make_soak("");

	for (int i = 1; i <= 23; i++)
		add(trace, i, "growing", i > 20 ? "hidden" : "udp");
	write_text(trace, &plain, NULL);
	expect("\n  +3 more\n");
	expect_not("hidden");
}

Test(soak, too_few_sessions_have_no_slope)
{
	struct report_style plain = {0};
	struct trace *trace = make_soak("");

	add(trace, 1, "too few", "udp");
	execute(trace, "UPDATE trend SET slope = NULL, slope_low = NULL, slope_high = NULL, "
		       "culprit_function = NULL, culprit_file = NULL");
	write_text(trace, &plain, NULL);
	expect("\n  too few   udp    sessions        2 -> 38  ?\n");
}

Test(soak, json_has_it_with_its_run)
{
	struct trace *trace = make_soak("");

	add(trace, 1, "growing", "udp");
	execute(trace, "UPDATE trend SET supply = 'descriptors', capacity = 1024, sessions_left = "
		       "519");
	write_json(trace, NULL);
	expect("\"by\":\"marks\"");
	expect("\"wanted\":20");
	expect("\"sessions\":18");
	expect("\"no_verdict\":null");
	expect("\"trend\":\"growing\"");
	expect("\"slope\":1.9");
	expect("\"supply\":\"descriptors\"");
	expect("\"warm_up\":1");
}

Test(soak, what_is_no_number_is_null)
{
	struct trace *trace = make_soak("");

	add(trace, 1, "growing", "udp");
	execute(trace, "UPDATE trend SET slope_high = 9e999");
	write_json(trace, NULL);
	expect("\"interval\":null");
	expect_not("inf");
}

Test(soak, without_a_verdict_it_was_not_successful_in_sarif)
{
	struct report_style plain = {0};

	write_as(report_sarif, make_soak("too few"), &plain, NULL);
	expect("\"executionSuccessful\":false");
	write_as(report_sarif, make_soak(""), &plain, NULL);
	expect("\"executionSuccessful\":true");
}

Test(soak, another_recording_has_none)
{
	struct report_style plain = {0};

	write_text(make_trace(3), &plain, NULL);
	expect_not("soak");
	write_json(make_trace(3), NULL);
	expect("\"soak\":null");
}

Test(soak, redacted_it_has_no_folder)
{
	struct report_style plain = {0};
	struct trace *trace = make_soak("");
	struct report *report;
	FILE *stream = open_text();

	add(trace, 1, "growing", "udp");
	report = read_report(trace, NULL);
	cr_assert_eq(report_redact(&report, 1), 0);
	cr_assert_eq(report_text(stream, &report, 1, &plain), 0);
	cr_assert_eq(report_json(stream, &report, 1, &plain), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
	expect("  a.c:7\n");
	expect_not("anna");
}

/* count traces, each with a table of its own, and one without, as one report. */
static void write_merged(size_t count)
{
	struct report_style plain = {0};
	struct trace *traces[12];
	struct report *reports[12], *merged;
	FILE *stream = open_text();

	for (size_t i = 0; i <= count; i++) {
		traces[i] = i < count ? make_soak("") : make_trace(3);
		if (i < count)
			add(traces[i], 1, "growing", i ? "tcp" : "udp");
		reports[i] = read_report(traces[i], NULL);
	}
	cr_assert_eq(report_merge(reports, count + 1, 0, &merged), 0);
	cr_assert_eq(report_text(stream, &merged, 1, &plain), 0);
	fclose(stream);
	report_destroy(merged);
	for (size_t i = 0; i <= count; i++) {
		report_destroy(reports[i]);
		trace_close(traces[i]);
	}
}

Test(soak, a_merged_report_has_the_table_of_each)
{
	const char *first;

	write_merged(2);
	expect("\n  growing   udp ");
	expect("\n  growing   tcp ");
	first = strstr(text, "\n  a.db: soak: 18 of 20 sessions (marks)\n");
	cr_assert_not_null(first);
	cr_expect_not_null(strstr(first + 1, "\n  a.db: soak: 18 of 20 sessions (marks)\n"));
	expect_not("more that are of a soak");
}

Test(soak, of_very_many_tables_the_rest_is_counted)
{
	size_t tables = 0;

	write_merged(11);
	for (const char *at = text; (at = strstr(at, ": soak: ")); at++)
		tables++;
	cr_expect_eq(tables, 8);
	expect("\n  +3 more that are of a soak\n");
}
