/* SPDX-License-Identifier: Apache-2.0 */
/* Findings of recordings under a policy: what is marked, shown, and concluded. */
#include "gate_suppressions.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "../report/fixture.inc.c"
#include "folder.inc.c"

static struct options options;
static struct gate *gate;

static void begin(void)
{
	setup();
	cr_redirect_stderr();
	options = (struct options){
		.command = &command_table[COMMAND_CHECK],
		.format = report_formats,
		.policy_path = "none",
		.grace_ns = ROAD_TIME_UNSET,
		.settle_ns = ROAD_TIME_UNSET,
		.hang_after_ns = ROAD_TIME_UNSET,
	};
	gate = NULL;
}

static void end(void)
{
	gate_close(gate);
	teardown();
}

TestSuite(gate, .init = begin, .fini = end);

/* A file in the test's folder. */
static const char *make_file(const char *name, const char *bytes)
{
	static char paths[4][128];
	static size_t next;
	char *path = paths[next++ % 4];
	FILE *file;

	snprintf(path, sizeof(paths[0]), "%s/%s", base, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(bytes, file);
	fclose(file);
	return path;
}

static void suppress(const char *line)
{
	options.suppressions.items[options.suppressions.count++] = make_file("a.supp", line);
}

static void open_gate(void)
{
	cr_assert_eq(gate_open(&options, POLICY_WITH_BASELINE, &gate), 0);
}

/* The fixture's sockets, leaked. */
static struct trace *make_leak(void)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE finding SET state = 'leaked'");
	return trace;
}

static struct report *add(struct trace *trace)
{
	struct report *report = NULL;

	cr_assert_eq(gate_add(gate, trace, "a.db", 0, &report), 0, "%s", trace_error(trace));
	trace_close(trace);
	return report;
}

static struct report *judge(void)
{
	struct report *report = add(make_leak());

	cr_assert_eq(gate_judge(gate), 0);
	return report;
}

Test(gate, a_leak_fails_it)
{
	struct report *report;

	open_gate();
	report = judge();
	cr_expect_eq(gate_code(gate), EXIT_FINDINGS);
	cr_expect_str_eq(gate_line(gate), "failed by 1 finding");
	cr_expect(report->findings[0].gate.fails);
	cr_expect_str_eq(report->verdict, gate_line(gate));
	report_destroy(report);
}

Test(gate, a_suppression_lets_it_pass_and_is_named)
{
	struct report *report;

	suppress("# ours\nfd-leak:^open_media_socket$ reason=known upstream\n");
	open_gate();
	report = judge();
	cr_expect_eq(gate_code(gate), EXIT_CLEAN);
	cr_expect_not(report->findings[0].gate.fails);
	cr_expect_eq(report->findings[0].gate.excuse, REPORT_SUPPRESSED);
	cr_expect(strstr(report->findings[0].gate.place, "/a.supp:2"));
	cr_expect_str_eq(report->findings[0].gate.reason, "known upstream");
	cr_assert_eq(report->use_count, 1);
	cr_expect_eq(report->uses[0].resources, 3);
	report_destroy(report);
}

Test(gate, our_own_frames_match_no_suppression)
{
	suppress("leak:libtrack.so\n");
	open_gate();
	report_destroy(judge());
	cr_expect_eq(gate_code(gate), EXIT_FINDINGS);
}

static const struct report_format *format_for(enum report_reader reader)
{
	const struct report_format *format = report_formats;

	while (format->name && format->reader != reader)
		format++;
	return format;
}

Test(gate, a_page_gets_the_trace_and_what_is_said_of_all_findings)
{
	struct report *report;

	options.format = format_for(REPORT_FOR_BROWSER);
	options.filter.kind = "thread";
	open_gate();
	report = judge();
	cr_expect_eq(report->finding_count, 0);
	cr_assert_not_null(report->judged);
	cr_assert_eq(report->judged->finding_count, 1);
	cr_expect(report->judged->findings[0].gate.fails);
	cr_expect_null(report->judged->image);
	cr_assert_not_null(report->image);
	cr_expect_eq(memcmp(report->image, "SQLite format 3", 16), 0);
	report_destroy(report);
}

Test(gate, others_do_not_get_the_trace)
{
	struct report *report;

	options.format = format_for(REPORT_FOR_MACHINE);
	open_gate();
	report = judge();
	cr_expect_null(report->image);
	cr_expect_eq(report->image_size, 0);
	report_destroy(report);
}

Test(gate, all_recordings_are_judged_as_one)
{
	struct report *one, *other;

	suppress("fd-leak:open_media_socket max=5\n");
	open_gate();
	one = add(make_leak());
	other = add(make_leak());
	cr_assert_eq(gate_judge(gate), 0);
	cr_expect_eq(gate_code(gate), EXIT_FINDINGS);
	cr_expect_eq(one->findings[0].gate.found, 6);
	cr_expect_eq(one->findings[0].gate.allowed, 5);
	cr_expect(other->findings[0].gate.fails);
	cr_expect_null(other->verdict);
	report_destroy(one);
	report_destroy(other);
}

Test(gate, a_filter_chooses_what_is_shown_and_not_what_is_judged)
{
	struct report *report;

	options.filter.kind = "thread";
	open_gate();
	report = judge();
	cr_expect_eq(report->finding_count, 0);
	cr_expect_eq(gate_code(gate), EXIT_FINDINGS);
	report_destroy(report);
}

Test(gate, what_is_excused_comes_last_and_the_top_counts_from_what_fails)
{
	struct trace *trace = make_leak();
	struct report *report;

	execute(trace,
		"INSERT INTO finding SELECT 2, 2, 'thread-leak', state, 'thread', 'thread', 1,"
		" 'beef', message, process_id, NULL, 'other', NULL, NULL, NULL, slope"
		" FROM finding");
	suppress("fd-leak:open_media_socket\n");
	options.filter.top = 1;
	open_gate();
	report = add(trace);
	cr_assert_eq(gate_judge(gate), 0);
	cr_assert_eq(report->finding_count, 1);
	cr_expect_str_eq(report->findings[0].rule, "thread-leak");
	cr_expect_eq(report->finding_total, 2);
	report_destroy(report);
}

Test(gate, what_a_policy_ignores_is_not_shown_and_counted)
{
	struct report *report;

	options.policy_path = make_file("p.yaml", "severities:\n"
						  "  - {rule: fd-leak, level: ignore}\n");
	open_gate();
	report = judge();
	cr_expect_eq(report->finding_count, 0);
	cr_expect_eq(report->finding_ignored, 1);
	cr_expect_eq(gate_code(gate), EXIT_CLEAN);
	cr_expect(strstr(gate_line(gate), "passed; 1 finding is excused: 1 by "), "%s",
		  gate_line(gate));
	report_destroy(report);
}

Test(gate, a_policy_completes_the_options_and_the_command_line_goes_first)
{
	options.policy_path = make_file("p.yaml", "grace: 2\nhang-after: 7\nstrict: true\n"
						  "mine: [\"src/*\"]\npacks: [openssl]\n");
	options.grace_ns = 5;
	open_gate();
	cr_expect_eq(options.grace_ns, 5);
	cr_expect_eq(options.hang_after_ns, 7000000000ull);
	cr_expect(options.strict);
	cr_assert_eq(options.filter.more_mine_count, 1);
	cr_expect_str_eq(options.filter.more_mine[0], "src/*");
	cr_assert_eq(options.packs.count, 1);
	cr_expect_str_eq(options.packs.items[0], "openssl");
	cr_expect_eq(options.settle_ns, ROAD_TIME_UNSET);
}

Test(gate, mine_of_a_policy_names_the_culprit)
{
	struct trace *trace = make_leak();
	struct report *report;

	execute(trace, "UPDATE finding SET culprit_function = 'other'");
	options.policy_path = make_file("p.yaml", "mine: [\"*/nowhere.c\", \"*/session.c\"]\n");
	open_gate();
	report = add(trace);
	cr_expect_str_eq(report->findings[0].culprit_function, "open_media_socket");
	cr_expect_null(report->absent_mine);
	cr_expect_str_eq(gate_findings(gate).asked[0].culprit, "open_media_socket");
	report_destroy(report);
}

Test(gate, what_is_wrong_with_all_files_is_said_at_once)
{
	char said[2048];
	size_t size;

	suppress("bogus\n");
	options.baseline_path = make_file("b.jsonl", "no json\n");
	cr_expect_lt(gate_open(&options, POLICY_WITH_BASELINE, &gate), 0);
	fflush(stderr);
	size = fread(said, 1, sizeof(said) - 1, cr_get_redirected_stderr());
	said[size] = 0;
	cr_expect(strstr(said, "/a.supp:1: "), "%s", said);
	cr_expect(strstr(said, "/b.jsonl:1: "), "%s", said);
}

Test(gate, a_file_that_is_right_does_not_excuse_one_that_is_wrong)
{
	suppress("bogus\n");
	options.baseline_path =
		make_file("b.jsonl", "{\"fingerprint\":\"8e0c124f58ba2694\",\"allowed\":3}\n");
	cr_expect_lt(gate_open(&options, POLICY_WITH_BASELINE, &gate), 0);
}

Test(gate, the_baseline_of_a_policy_may_be_yet_to_come_where_nobody_is_failed)
{
	options.policy_path = make_file("p.yaml", "baseline: yet.jsonl\n");
	cr_expect_eq(gate_open(&options, POLICY_BASELINE_IF_THERE, &gate), 0);
	gate_close(gate);
	gate = NULL;
	options.baseline_path = NULL;
	cr_expect_lt(gate_open(&options, POLICY_WITH_BASELINE, &gate), 0);
}

Test(gate, a_baseline_that_is_asked_for_must_be_there)
{
	options.baseline_path = "/nowhere/b.jsonl";
	cr_expect_lt(gate_open(&options, POLICY_BASELINE_IF_THERE, &gate), 0);
}

Test(gate, a_suppression_that_matches_is_used)
{
	suppress("fd-leak:open_media_socket\n");
	options.strict = true;
	open_gate();
	report_destroy(judge());
	cr_expect_eq(gate_verdict(gate)->unused, 0);
	cr_expect_eq(gate_code(gate), EXIT_CLEAN);
}

Test(gate, what_was_not_seen_is_not_fixed)
{
	struct trace *trace = make_leak();
	struct report *report;

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	options.baseline_path =
		make_file("b.jsonl", "{\"fingerprint\":\"8e0c124f58ba2694\",\"allowed\":3}\n");
	open_gate();
	report = add(trace);
	cr_assert_eq(gate_judge(gate), 0);
	cr_expect_eq(report->fixed_count, 0);
	report_destroy(report);
}

Test(gate, what_the_baseline_knows_and_is_gone_is_fixed)
{
	struct report *report;

	options.baseline_path =
		make_file("b.jsonl", "{\"fingerprint\":\"8e0c124f58ba2694\",\"allowed\":3}\n");
	open_gate();
	report = judge();
	cr_assert_eq(report->fixed_count, 1);
	cr_expect_str_eq(report->fixed[0].fingerprint, "8e0c124f58ba2694");
	cr_expect_eq(report->findings[0].gate.novelty, REPORT_NEW);
	report_destroy(report);
}

Test(gate, a_suppression_that_matches_nothing_fails_it_strictly)
{
	struct report *report;

	suppress("thread-leak:nowhere\n");
	options.strict = true;
	open_gate();
	report = judge();
	cr_expect_eq(gate_verdict(gate)->unused, 1);
	report_destroy(report);
}

Test(gate, a_strict_run_is_one_of_many_that_share_their_suppressions)
{
	struct report *report;

	suppress("thread-leak:nowhere\n");
	options.command = &command_table[COMMAND_RUN];
	options.strict = true;
	open_gate();
	report = judge();
	cr_expect_eq(gate_verdict(gate)->unused, 0);
	report_destroy(report);
}

/* What is printed for a file of suppressions. */
static char *write_suppressions(void)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	cr_assert_not_null(stream);
	cr_assert_eq(gate_write_suppressions(stream, gate), 0);
	fclose(stream);
	return text;
}

static void expect_suppressions(const char *expected)
{
	char *text = write_suppressions();
	const char *lines = strstr(text, "\n# 3 UDP");

	cr_expect_str_eq(lines ? lines + 1 : text, expected, "%s", text);
	free(text);
}

Test(gate, a_made_suppression_is_for_as_many_as_there_are)
{
	struct report *other, *report;

	open_gate();
	other = add(make_leak());
	report = judge();
	expect_suppressions("# 3 UDP sockets opened here were never closed\n"
			    "fd-leak:^open_media_socket$ max=6\n");
	report_destroy(other);
	report_destroy(report);
}

Test(gate, a_made_suppression_counts_what_a_policy_made_grave)
{
	struct trace *trace = make_trace(3);
	struct report *report;

	execute(trace, "UPDATE finding SET state = 'late'");
	options.policy_path = make_file("p.yaml", "severities:\n  - {state: late, level: error}\n");
	open_gate();
	report = add(trace);
	cr_assert_eq(gate_judge(gate), 0);
	expect_suppressions("# 3 UDP sockets opened here were never closed\n"
			    "fd-leak:^open_media_socket$ max=3\n");
	report_destroy(report);
}

/* The first of two lines that fit takes a finding; the second may be left none. */
Test(gate, a_made_suppression_that_would_match_nothing_is_left_out)
{
	struct trace *inner = make_leak();
	struct report *report, *other;

	open_gate();
	report = add(make_leak());
	execute(inner, "UPDATE finding SET culprit_function = 'run_session'");
	other = add(inner);
	cr_assert_eq(gate_judge(gate), 0);
	expect_suppressions("# 3 UDP sockets opened here were never closed\n"
			    "fd-leak:^open_media_socket$ max=6\n");
	report_destroy(report);
	report_destroy(other);
}

Test(gate, what_a_suppression_excuses_already_needs_no_other)
{
	struct report *report;

	suppress("fd-leak:^open_media_socket$\n");
	open_gate();
	report = judge();
	expect_suppressions("");
	report_destroy(report);
}

Test(gate, a_made_suppression_counts_neither_what_passes_nor_what_another_excuses)
{
	struct trace *excused = make_leak();
	struct report *reports[3];

	suppress("fd-leak:^run_session$\n");
	open_gate();
	execute(excused, "UPDATE finding SET culprit_function = 'run_session'");
	reports[0] = add(excused);
	reports[1] = add(make_trace(3));
	reports[2] = judge();
	expect_suppressions("# 3 UDP sockets opened here were never closed\n"
			    "fd-leak:^open_media_socket$ max=3\n");
	for (size_t i = 0; i < 3; i++)
		report_destroy(reports[i]);
}
