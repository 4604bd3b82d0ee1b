/* SPDX-License-Identifier: Apache-2.0 */
/* Which findings a report shows, and whom it names. */
#include <errno.h>

#include "chain.inc.c"

static size_t shown(struct report_filter filter)
{
	struct trace *trace = make_chain();
	struct report *report;
	size_t count;

	execute(trace, "INSERT INTO mark VALUES (1, 42, %llu, 'warm')", 10900000000ull);
	execute(trace, "INSERT INTO mark VALUES (2, 42, %llu, 'late')", 11500000000ull);
	report = read_report(trace, &filter);
	count = report->finding_count;
	cr_expect_eq(count + report->finding_others, 1);
	report_destroy(report);
	trace_close(trace);
	return count;
}

#define SHOWN(...) shown((struct report_filter){__VA_ARGS__})

Test(filter, a_scope_is_found_through_all_owners)
{
	cr_expect_eq(SHOWN(.scope = "Connection"), 1);
	cr_expect_eq(SHOWN(.scope = "Conn*"), 1);
	cr_expect_eq(SHOWN(.scope = "Conn"), 0);
	cr_expect_eq(SHOWN(.scope = "Candidate"), 0);
}

Test(filter, since_takes_seconds_of_the_run)
{
	cr_expect_eq(SHOWN(.since = "0.9"), 1);
	cr_expect_eq(SHOWN(.since = "1"), 1);
	cr_expect_eq(SHOWN(.since = "1.1s"), 0);
}

Test(filter, since_takes_a_mark)
{
	cr_expect_eq(SHOWN(.since = "warm"), 1);
	cr_expect_eq(SHOWN(.since = "late"), 0);
}

static void expect_since(const char *since, uint64_t count, size_t evidence, const char *message)
{
	struct trace *trace = make_trace(3);
	struct report_filter filter = {.since = since};
	struct report *report;

	execute(trace, "UPDATE resource SET birth_ns = birth_ns + %llu WHERE subject = 9",
		SECOND / 2);
	report = read_report(trace, &filter);
	cr_assert_eq(report->finding_count, 1);
	cr_expect_eq(report->findings[0].count, count);
	cr_expect_eq(report->findings[0].evidence_count, evidence);
	cr_expect_str_eq(report->findings[0].message, message);
	cr_expect_not_null(report->findings[0].evidence[0].stack);
	report_destroy(report);
	trace_close(trace);
}

Test(filter, since_counts_the_members_since_then)
{
	expect_since("1.2", 1, 1, "(1 since then) 3 UDP sockets opened here were never closed");
	expect_since("0.5", 3, 3, "3 UDP sockets opened here were never closed");
}

Test(filter, the_first_since_then_comes_before_the_chain)
{
	struct trace *trace = make_chain();
	struct report_filter filter = {.since = "1.2"};
	struct report *report;

	execute(trace, "UPDATE resource SET birth_ns = birth_ns + %llu WHERE subject = 9",
		SECOND / 2);
	report = read_report(trace, &filter);
	cr_assert_eq(report->finding_count, 1);
	cr_expect(report_is_birth(&report->findings[0].evidence[0]));
	cr_expect_eq(report->findings[0].evidence[0].resource->subject, 9);
	cr_expect_eq(report->findings[0].evidence_count, 5);
	report_destroy(report);
	trace_close(trace);
}

Test(filter, of_acts_those_since_then_are_counted)
{
	struct trace *trace = make_trace(3);
	struct report_filter filter = {.since = "1.2"};
	struct report *report;

	for (int i = 1; i <= 3; i++) {
		struct trace_act act = {.process_id = 1,
					.resource_id = i,
					.kind = "fd",
					.what = "bad-close",
					.time_ns = 11 * SECOND + (uint64_t)i * SECOND / 8,
					.call = "close"};

		cr_assert_eq(trace_put_act(trace, &act), 0);
		execute(trace,
			"UPDATE evidence SET role = 'closed again at', act_id = %d WHERE "
			"resource_id = %d",
			i, i);
	}
	report = read_report(trace, &filter);
	cr_assert_eq(report->finding_count, 1);
	cr_expect_eq(report->findings[0].count, 2);
	report_destroy(report);
	trace_close(trace);
}

Test(filter, a_mark_that_is_not_there_is_an_error)
{
	struct trace *trace = make_chain();
	struct report_filter filter = {.since = "never"};
	struct report *report;

	cr_expect_eq(report_read(trace, "a.db", &filter, &report), -ESRCH);
	trace_close(trace);
}

static void expect_marks(int count, const char *line)
{
	struct trace *trace = make_chain();
	char marks[512];

	for (int i = 0; i < count; i++)
		execute(trace, "INSERT INTO mark VALUES (%d, 42, 1, 'session %d')", i + 1, i + 1);
	if (count)
		execute(trace, "INSERT INTO mark VALUES (99, 42, 1, 'session 1')");
	cr_assert_eq(report_marks(trace, marks, sizeof(marks)), 0);
	cr_expect_str_eq(marks, line);
	cr_assert_eq(report_marks(trace, marks, 16), 0);
	cr_expect_lt(strlen(marks), 16);
	trace_close(trace);
}

Test(filter, of_the_marks_that_there_are_the_first_five_are_named)
{
	expect_marks(0, "it has no marks");
	expect_marks(1, "there is 1: 'session 1'");
	expect_marks(5, "there are 5: 'session 1', 'session 2', 'session 3', 'session 4', "
			"'session 5'");
	expect_marks(7, "there are 7: 'session 1', 'session 2', 'session 3', 'session 4', "
			"'session 5' and 2 more");
}

static struct report *read_filtered(struct report_filter filter)
{
	struct trace *trace = make_chain();
	struct report *report = read_report(trace, &filter);

	trace_close(trace);
	return report;
}

Test(filter, a_scope_that_is_not_there_is_told_with_those_that_are)
{
	struct report *report = read_filtered((struct report_filter){.scope = "Connexion"});

	cr_assert_str_eq(report->absent_scope, "Connexion");
	cr_assert_eq(report->scope_count, 1);
	cr_expect_str_eq(report->scopes[0], "Connection");
	report_destroy(report);
	report = read_filtered((struct report_filter){.scope = "Conn*"});
	cr_expect_null(report->absent_scope);
	report_destroy(report);
}

static struct report *read_rule_of(const char *rule)
{
	struct report_filter filter = {.rule = rule};
	struct trace *trace = make_chain();
	struct report *report;

	execute(trace, "INSERT INTO cause VALUES (1, 'ref-leak')");
	report = read_report(trace, &filter);
	trace_close(trace);
	return report;
}

Test(filter, a_rule_is_found_by_its_own_name_and_as_a_cause)
{
	static const char *const rules[] = {"fd-leak", "ref-leak"};

	for (size_t i = 0; i < 2; i++) {
		struct report *report = read_rule_of(rules[i]);

		cr_expect_eq(report->finding_count, 1, "%s", rules[i]);
		cr_expect_null(report->absent_rule);
		report_destroy(report);
	}
}

Test(filter, a_rule_that_no_finding_is_of_is_told_with_those_that_are)
{
	struct report *report = read_rule_of("ref-cycle");

	cr_expect_eq(report->finding_count, 0);
	cr_assert_str_eq(report->absent_rule, "ref-cycle");
	cr_assert_eq(report->rule_count, 1);
	cr_expect_str_eq(report->rules[0].name, "fd-leak");
	cr_expect_eq(report->rules[0].count, 1);
	report_destroy(report);
}

Test(filter, what_is_mine_and_in_no_stack_is_told)
{
	struct report *report = read_filtered((struct report_filter){.mine = "*.rs"});

	cr_expect_str_eq(report->absent_mine, "*.rs");
	report_destroy(report);
	report = read_filtered((struct report_filter){.mine = "session.c"});
	cr_expect_null(report->absent_mine);
	report_destroy(report);
}

static struct report *blame(struct trace *trace, const char *pattern)
{
	struct report_filter filter = {.mine = pattern};

	execute(trace, "UPDATE finding SET culprit_function = 'other', culprit_line = 1");
	return read_report(trace, &filter);
}

static void expect_culprit(const char *pattern, const char *function)
{
	struct trace *trace = make_chain();
	struct report *report = blame(trace, pattern);

	cr_expect_str_eq(report->findings[0].culprit_function, function, "%s", pattern);
	report_destroy(report);
	trace_close(trace);
}

Test(filter, the_first_frame_that_is_mine_is_the_culprit)
{
	expect_culprit("session.c", "open_media_socket");
	expect_culprit("/src/*", "open_media_socket");
	expect_culprit("sessions", "open_media_socket");
}

Test(filter, where_nothing_is_mine_the_culprit_stays)
{
	expect_culprit("*.rs", "other");
}

Test(filter, of_what_is_mine_plumbing_comes_last)
{
	struct trace *trace = make_chain();
	struct report *report;

	execute(trace, "UPDATE frame SET function = 'net.ListenUDP'"
		       " WHERE function = 'open_media_socket'");
	report = blame(trace, "sessions");
	cr_expect_null(report->findings[0].culprit_function);
	report_destroy(report);
	report = blame(trace, "session.c");
	cr_expect_str_eq(report->findings[0].culprit_function, "net.ListenUDP");
	report_destroy(report);
	trace_close(trace);
}
