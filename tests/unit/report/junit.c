/* SPDX-License-Identifier: Apache-2.0 */
#include "xml_read.inc.c"

static const struct report_style style = {.folder = "/src", .version = "1.2.3"};

static void write_junit(struct trace *trace)
{
	write_as(report_junit, trace, &style, NULL);
	parse_text();
}

/* Of the usual finding, after a gate said that of it. */
static void write_gate(struct report_gate gate)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);
	FILE *stream = open_text();

	gate.judged = true;
	report->findings[0].gate = gate;
	cr_assert_eq(report_junit(stream, &report, 1, &style), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
	parse_text();
}

static struct trace *make_leak(void)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE finding SET state = 'leaked'");
	return trace;
}

static size_t count_of(const char *name)
{
	size_t count = 0;

	for (const struct element *at = find(name, NULL, NULL, NULL); at;
	     at = find(name, NULL, NULL, at))
		count++;
	return count;
}

Test(junit, each_rule_is_a_case_and_the_evidence_is_one)
{
	const struct element *suite;
	char tests[32];

	write_junit(make_trace(3));
	suite = find("testsuite", "name", "sessions --n 3", NULL);
	cr_assert_not_null(suite);
	snprintf(tests, sizeof(tests), "%zu", count_of("testcase"));
	cr_expect_str_eq(attribute(suite, "tests"), tests);
	cr_expect_str_eq(attribute(suite, "failures"), "0");
	cr_expect_str_eq(attribute(suite, "errors"), "0");
	cr_expect_str_eq(attribute(suite, "time"), "2.000");
	cr_expect_not_null(find("testcase", "name", "fd-leak", NULL));
	cr_expect_not_null(find("testcase", "name", "lock-order", NULL));
	cr_expect_not_null(find("testcase", "name", "evidence", NULL));
	cr_expect_str_eq(attribute(find("testcase", NULL, NULL, NULL), "classname"),
			 "rtctrack.sessions");
}

Test(junit, what_fails_has_its_sentence_and_its_block)
{
	const struct element *failure;

	write_junit(make_leak());
	failure = child(find("testcase", "name", "fd-leak", NULL), "failure");
	cr_assert_not_null(failure);
	cr_expect_str_eq(attribute(failure, "message"),
			 "3 UDP sockets opened here were never closed");
	cr_expect_str_eq(attribute(failure, "type"), "leaked");
	cr_expect_not_null(strstr(failure->text, "#0 open_media_socket  session.c:42\n"));
	cr_expect_str_eq(attribute(find("testsuite", NULL, NULL, NULL), "failures"), "1");
}

Test(junit, several_findings_of_a_rule_are_one_failure)
{
	struct trace *trace = make_leak();
	const struct element *failure;

	execute(trace, "INSERT INTO finding SELECT 2, 2, rule, state, kind, class, 1, 'beef',"
		       " 'another one', process_id, stack_id, 'open_other', NULL, NULL, NULL, NULL"
		       " FROM finding");
	write_junit(trace);
	cr_expect_eq(count_of("failure"), 1);
	failure = find("failure", NULL, NULL, NULL);
	cr_expect_str_eq(attribute(failure, "message"),
			 "3 UDP sockets opened here were never closed (and 1 more)");
	cr_expect_not_null(strstr(failure->text, "[f00d]"));
	cr_expect_not_null(strstr(failure->text, "another one"));
}

Test(junit, what_is_merely_alive_is_told_and_fails_nothing)
{
	const struct element *out;

	write_junit(make_trace(3));
	cr_expect_eq(count_of("failure"), 0);
	out = find("system-out", NULL, NULL, NULL);
	cr_expect_str_eq(out->text,
			 "\nat-exit  fd-leak  3 UDP sockets opened here were never closed"
			 "  open_media_socket  session.c:42  [f00d]");
}

Test(junit, what_is_excused_is_skipped_by_its_line)
{
	const struct element *skipped;

	write_gate((struct report_gate){
		.level = REPORT_LEVEL_ERROR, .excuse = REPORT_SUPPRESSED, .place = "leaks.supp:3"});
	skipped = child(find("testcase", "name", "fd-leak", NULL), "skipped");
	cr_assert_not_null(skipped);
	cr_expect_str_eq(skipped->text,
			 "suppressed by leaks.supp:3: 3 UDP sockets opened here were never closed"
			 " [f00d]\n");
	cr_expect_str_eq(attribute(find("testsuite", NULL, NULL, NULL), "skipped"), "1");
	cr_expect_str_eq(attribute(find("testsuite", NULL, NULL, NULL), "failures"), "0");
	cr_expect_eq(strlen(find("system-out", NULL, NULL, NULL)->text), 0);
}

Test(junit, nothing_skipped_is_not_told_for_the_sake_of_older_readers)
{
	write_junit(make_trace(3));
	expect_not("skipped");
}

Test(junit, missing_evidence_is_an_error_of_its_own)
{
	struct trace *trace = make_trace(3);
	const struct element *error;

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	write_junit(trace);
	error = child(find("testcase", "name", "evidence", NULL), "error");
	cr_assert_not_null(error);
	cr_expect_str_eq(attribute(error, "message"), "no verdict: evidence is missing");
	cr_expect_str_eq(error->text, "records gone: 5\n");
	cr_expect_str_eq(attribute(find("testsuite", NULL, NULL, NULL), "errors"), "1");
}

Test(junit, a_recording_without_its_end_is_an_error)
{
	struct trace *trace = make_trace(3);

	cr_assert_eq(trace_set_meta(trace, "finished", "0"), 0);
	write_junit(trace);
	cr_expect_not_null(find("error", NULL, NULL, NULL));
	expect("the recording did not come to its end");
}

/* What the gate said of a trace, and how its case ends: NULL if there is none. */
static const struct element *gate_case(struct trace *trace, const char *verdict, int code)
{
	struct report *report = read_report(trace, NULL);
	FILE *stream = open_text();

	report->verdict = verdict;
	report->verdict_code = code;
	cr_assert_eq(report_junit(stream, &report, 1, &style), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
	parse_text();
	return find("testcase", "name", "gate", NULL);
}

Test(junit, a_gate_that_does_not_pass_by_no_finding_is_an_error)
{
	const struct element *error =
		child(gate_case(make_trace(3), "failed by 1 suppression", 1), "error");

	cr_assert_not_null(error);
	cr_expect_str_eq(attribute(error, "message"), "failed by 1 suppression");
	cr_expect_str_eq(attribute(find("testsuite", NULL, NULL, NULL), "errors"), "1");
	cr_expect_eq(strtoul(attribute(find("testsuite", NULL, NULL, NULL), "tests"), NULL, 10),
		     count_of("testcase"));
}

Test(junit, a_gate_is_a_case_that_passes_where_others_say_it)
{
	struct trace *lossy = make_trace(3);
	const struct element *gate = gate_case(make_leak(), "failed by 1 finding", 1);

	cr_assert_not_null(gate);
	cr_expect_null(child(gate, "error"));
	execute(lossy, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	cr_expect_null(child(gate_case(lossy, "no verdict", 3), "error"));
	gate = gate_case(make_trace(3), "passed", 0);
	cr_assert_not_null(gate);
	cr_expect_null(child(gate, "error"));
	cr_expect_null(gate_case(make_trace(3), NULL, 0));
}

Test(junit, what_a_killed_program_leaves_unseen_is_told)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE process SET end = 'signal', code = 9");
	write_junit(trace);
	cr_expect_not_null(strstr(find("system-err", NULL, NULL, NULL)->text, "killed by SIGKILL"));
}

Test(junit, hostile_names_stay_text)
{
	struct trace *trace = make_leak();
	const struct element *failure;

	execute(trace, "UPDATE finding SET message = '<a href=\"x\">&amp; ]]>''' || char(65535) ||"
		       " char(1) || char(10) || 'end'");
	execute(trace, "UPDATE frame SET function = 'operator<<(a&, \"b\")'");
	write_junit(trace);
	failure = find("failure", NULL, NULL, NULL);
	cr_expect_str_eq(attribute(failure, "message"),
			 "<a href=\"x\">&amp; ]]>'\xef\xbf\xbd  end");
	cr_expect_not_null(strstr(failure->text, "operator<<(a&, \"b\")"));
}

Test(junit, a_suite_always_has_a_name)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE meta SET value = '  ' WHERE key = 'command'");
	write_junit(trace);
	cr_expect_str_eq(attribute(find("testsuite", NULL, NULL, NULL), "name"), "rtctrack");
}

Test(junit, a_rule_that_is_not_known_is_a_case_once)
{
	struct trace *trace = make_leak();
	const struct element *first;

	execute(trace, "UPDATE finding SET rule = 'new-rule'");
	execute(trace, "INSERT INTO finding SELECT 2, 2, rule, state, kind, class, 1, 'beef',"
		       " 'another one', process_id, stack_id, 'open_other', NULL, NULL, NULL, NULL"
		       " FROM finding");
	write_junit(trace);
	first = find("testcase", "name", "new-rule", NULL);
	cr_assert_not_null(first);
	cr_expect_not_null(child(first, "failure"));
	cr_expect_null(find("testcase", "name", "new-rule", first));
}

Test(junit, each_trace_is_a_suite_with_a_number)
{
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	FILE *stream = open_text();

	cr_assert_eq(report_junit(stream, reports, 2, &style), 0);
	fclose(stream);
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
	parse_text();
	cr_expect_eq(count_of("testsuite"), 2);
	cr_expect_not_null(find("testsuite", "id", "0", NULL));
	cr_expect_not_null(find("testsuite", "id", "1", NULL));
}

static void write_several(const char *const *paths, size_t count)
{
	struct report_filter all = {0};
	struct trace *trace = make_trace(3);
	struct report *reports[8];
	FILE *stream = open_text();

	for (size_t i = 0; i < count; i++)
		cr_assert_eq(report_read(trace, paths[i], &all, &reports[i]), 0);
	cr_assert_eq(report_junit(stream, reports, count, &style), 0);
	fclose(stream);
	for (size_t i = 0; i < count; i++)
		report_destroy(reports[i]);
	trace_close(trace);
	parse_text();
}

/* Readers without suites know a case by its class and name alone. */
Test(junit, no_two_cases_of_several_traces_are_named_alike)
{
	static const char *const paths[] = {"a-3.db",	   "a.db",   "jobs/a.db",
					    "jobs/a b.db", "a_b.db", "a-2.db"};
	const struct element *one = NULL;

	write_several(paths, 6);
	cr_expect_not_null(find("testcase", "classname", "rtctrack.sessions.a", NULL));
	while ((one = find("testcase", NULL, NULL, one))) {
		const struct element *other = one;

		while ((other = find("testcase", "name", attribute(one, "name"), other)))
			cr_expect_str_neq(attribute(one, "classname"),
					  attribute(other, "classname"), "%s",
					  attribute(one, "name"));
	}
}

Test(junit, a_case_is_named_after_its_trace_and_no_folder)
{
	static const char *const paths[] = {"/home/anna/jobs/calls.busy line.db", "b"};

	write_several(paths, 2);
	cr_expect_not_null(
		find("testcase", "classname", "rtctrack.sessions.calls_busy_line", NULL));
	cr_expect_not_null(find("testcase", "classname", "rtctrack.sessions.b", NULL));
}
