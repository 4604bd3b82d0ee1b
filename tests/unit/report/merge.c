/* SPDX-License-Identifier: Apache-2.0 */
#include <report/merge.h>

#include "written.inc.c"

#define TRACES_MAX 6

/* Traces, what was read of them, and what became of these. */
struct pile {
	struct trace *traces[TRACES_MAX];
	struct report *reports[TRACES_MAX];
	size_t count;
	struct report *merged;
};

static void pile_add(struct pile *pile, struct trace *trace)
{
	pile->traces[pile->count] = trace;
	pile->reports[pile->count++] = read_report(trace, NULL);
}

static const struct report *pile_merge(struct pile *pile, uint32_t top)
{
	cr_assert_eq(report_merge(pile->reports, pile->count, top, &pile->merged), 0);
	return pile->merged;
}

static void pile_finish(struct pile *pile)
{
	report_destroy(pile->merged);
	for (size_t i = 0; i < pile->count; i++) {
		report_destroy(pile->reports[i]);
		trace_close(pile->traces[i]);
	}
}

/* One whose finding is of that fingerprint and state. */
static struct trace *make_finding(const char *fingerprint, const char *state)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE finding SET fingerprint = '%s', state = '%s'", fingerprint, state);
	return trace;
}

Test(merge, equal_fingerprints_are_one_finding_and_say_in_how_many_recordings)
{
	struct pile pile = {.count = 0};
	const struct report *merged;

	pile_add(&pile, make_finding("aaaa", "leaked"));
	pile_add(&pile, make_finding("bbbb", "leaked"));
	pile_add(&pile, make_finding("aaaa", "leaked"));
	merged = pile_merge(&pile, 0);
	cr_assert_eq(merged->finding_count, 2);
	cr_expect_eq(merged->findings[0].count, 6);
	cr_expect_eq(merged->findings[0].runs, 2);
	cr_expect_eq(merged->findings[0].runs_total, 3);
	cr_expect_str_eq(merged->findings[0].message,
			 "3 UDP sockets opened here were never closed; in 2 of 3 recordings, 6 in"
			 " all");
	cr_expect_eq(merged->findings[1].runs, 1);
	pile_finish(&pile);
}

Test(merge, the_worst_state_holds_and_comes_first)
{
	struct pile pile = {.count = 0};
	const struct report *merged;

	pile_add(&pile, make_finding("aaaa", "at-exit"));
	pile_add(&pile, make_finding("bbbb", "recheck"));
	pile_add(&pile, make_finding("bbbb", "leaked"));
	pile_add(&pile, make_finding("bbbb", "late"));
	merged = pile_merge(&pile, 0);
	cr_assert_eq(merged->finding_count, 2);
	cr_expect_str_eq(merged->findings[0].fingerprint, "bbbb");
	cr_expect_str_eq(merged->findings[0].state, "leaked");
	cr_expect_eq(merged->findings[0].fails, REPORT_FAILS_ALWAYS);
	cr_expect_eq(merged->findings[0].count, 9);
	cr_expect_str_eq(merged->findings[1].fingerprint, "aaaa");
	pile_finish(&pile);
}

Test(merge, it_is_complete_only_if_all_are)
{
	struct pile pile = {.count = 0};
	const struct report *merged;
	struct trace *lossy = make_trace(3), *cut = make_trace(3);

	pile_add(&pile, make_trace(3));
	pile_add(&pile, make_trace(3));
	cr_expect(report_complete(pile_merge(&pile, 0)));
	report_destroy(pile.merged);
	execute(lossy, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	pile_add(&pile, lossy);
	merged = pile_merge(&pile, 0);
	cr_expect_not(report_complete(merged));
	cr_expect_eq(merged->lost, 5);
	cr_expect(merged->finished);
	report_destroy(pile.merged);
	cr_assert_eq(trace_set_meta(cut, "finished", "0"), 0);
	pile_add(&pile, cut);
	cr_expect_not(pile_merge(&pile, 0)->finished);
	pile_finish(&pile);
}

Test(merge, equal_notes_are_added_up_and_losses_come_first)
{
	struct pile pile = {.count = 0};
	const struct report *merged;

	for (int i = 0; i < 2; i++) {
		struct trace *trace = make_trace(3);

		execute(trace, "INSERT INTO note VALUES (1, 'info', 'INFO', 50, 'told'),"
			       " (1, 'lost-holes', 'LOST', 5, 'records gone')");
		pile_add(&pile, trace);
	}
	merged = pile_merge(&pile, 0);
	cr_assert_eq(merged->note_count, 2);
	cr_expect(merged->notes[0].lost);
	cr_expect_eq(merged->notes[0].count, 10);
	cr_expect_eq(merged->notes[1].count, 100);
	pile_finish(&pile);
}

Test(merge, processes_and_what_refers_to_them_follow_each_other)
{
	struct pile pile = {.count = 0};
	const struct report *merged;
	struct trace *second = make_finding("bbbb", "leaked");

	execute(second, "UPDATE process SET pid = 77");
	pile_add(&pile, make_finding("aaaa", "leaked"));
	pile_add(&pile, second);
	merged = pile_merge(&pile, 0);
	cr_assert_eq(merged->process_count, 2);
	cr_expect_eq(merged->processes[merged->findings[0].process].pid, 42);
	cr_expect_eq(merged->processes[merged->findings[1].process].pid, 77);
	cr_expect_eq(merged->processes[merged->findings[1].evidence[0].process].pid, 77);
	cr_expect_eq(merged->pid_count, 2);
	cr_expect_eq(merged->tally_count, 1);
	cr_expect_eq(merged->tallies[0].begun, 6);
	pile_finish(&pile);
}

Test(merge, a_child_keeps_its_parent)
{
	struct pile pile = {.count = 0};
	struct trace_process child = {.pid = 43,
				      .ppid = 42,
				      .parent_id = 1,
				      .origin = "fork",
				      .exe = "/opt/bin/sessions",
				      .command = "sessions",
				      .start_ns = 11 * SECOND,
				      .end = "exit"};
	struct trace *family = make_trace(3);
	const struct report *merged;

	cr_assert_eq(trace_put_process(family, &child), 0);
	pile_add(&pile, make_trace(3));
	pile_add(&pile, family);
	merged = pile_merge(&pile, 0);
	cr_assert_eq(merged->process_count, 3);
	cr_expect_eq(merged->processes[1].parent, SIZE_MAX);
	cr_expect_eq(merged->processes[2].parent, 1);
	pile_finish(&pile);
}

Test(merge, a_top_holds_for_all_together)
{
	struct pile pile = {.count = 0};
	const struct report *merged;

	pile_add(&pile, make_finding("aaaa", "at-exit"));
	pile_add(&pile, make_finding("bbbb", "leaked"));
	merged = pile_merge(&pile, 1);
	cr_assert_eq(merged->finding_count, 1);
	cr_expect_str_eq(merged->findings[0].fingerprint, "bbbb");
	cr_expect_eq(merged->finding_total, 2);
	pile_finish(&pile);
}

Test(merge, what_fails_in_one_recording_fails)
{
	struct pile pile = {.count = 0};
	const struct report *merged;

	for (int i = 0; i < 3; i++) {
		pile_add(&pile, make_finding("aaaa", "leaked"));
		pile.reports[i]->findings[0].gate = (struct report_gate){
			.judged = true, .excuse = REPORT_SUPPRESSED, .fails = i == 1};
	}
	merged = pile_merge(&pile, 0);
	cr_expect(merged->findings[0].gate.fails);
	pile_finish(&pile);
}

Test(merge, what_is_excused_comes_last)
{
	struct pile pile = {.count = 0};
	const struct report *merged;

	pile_add(&pile, make_finding("aaaa", "leaked"));
	pile_add(&pile, make_finding("bbbb", "at-exit"));
	pile.reports[0]->findings[0].gate =
		(struct report_gate){.judged = true, .excuse = REPORT_SUPPRESSED};
	merged = pile_merge(&pile, 0);
	cr_expect_str_eq(merged->findings[0].fingerprint, "bbbb");
	pile_finish(&pile);
}

Test(merge, a_filter_names_nothing_only_where_no_recording_has_it)
{
	struct pile pile = {.count = 0};
	struct report_filter filter = {.rule = "ref-leak"};
	struct trace *other = make_trace(3);
	const struct report *merged;

	for (int i = 0; i < 2; i++) {
		pile.traces[i] = make_trace(3);
		pile.reports[i] = read_report(pile.traces[i], &filter);
		pile.count++;
	}
	merged = pile_merge(&pile, 0);
	cr_expect_str_eq(merged->absent_rule, "ref-leak");
	cr_assert_eq(merged->rule_count, 1);
	cr_expect_eq(merged->rules[0].count, 2);
	report_destroy(pile.merged);
	execute(other, "UPDATE finding SET rule = 'ref-leak'");
	pile.traces[2] = other;
	pile.reports[2] = read_report(other, &filter);
	pile.count++;
	cr_expect_null(pile_merge(&pile, 0)->absent_rule);
	pile_finish(&pile);
}

Test(merge, the_text_says_which_recordings_and_of_how_many)
{
	struct pile pile = {.count = 0};
	struct report_style style = {0};
	FILE *stream = open_text();

	for (int i = 0; i < 6; i++)
		pile_add(&pile, make_finding("aaaa", "leaked"));
	pile_merge(&pile, 0);
	cr_assert_eq(report_text(stream, &pile.merged, 1, &style), 0);
	fclose(stream);
	expect("rtctrack  6 recordings  12.00 s, 6 processes\n");
	expect("; in 6 of 6 recordings, 18 in all");
	expect("     in        a.db, a.db, a.db, a.db and 2 more\n");
	expect_not("before the end");
	pile_finish(&pile);
}

Test(merge, the_text_says_which_recording_was_killed)
{
	struct pile pile = {.count = 0};
	struct report_style style = {0};
	struct trace *killed = make_trace(3);
	FILE *stream = open_text();

	execute(killed, "UPDATE process SET end = 'signal', code = 9");
	pile_add(&pile, make_trace(3));
	pile_add(&pile, killed);
	pile_merge(&pile, 0);
	cr_assert_eq(report_text(stream, &pile.merged, 1, &style), 0);
	fclose(stream);
	expect("\n  a.db: killed by SIGKILL (Killed): ");
	pile_finish(&pile);
}

Test(merge, of_many_that_were_killed_the_first_are_named)
{
	struct report *reports[12], *merged;
	struct report_style style = {0};
	struct trace *killed = make_trace(3);
	FILE *stream = open_text();
	size_t named = 0;

	execute(killed, "UPDATE process SET end = 'signal', code = 9");
	for (size_t i = 0; i < 12; i++)
		reports[i] = read_report(killed, NULL);
	cr_assert_eq(report_merge(reports, 12, 0, &merged), 0);
	cr_assert_eq(report_text(stream, &merged, 1, &style), 0);
	fclose(stream);
	expect("  +4 more that did not end by themselves\n");
	for (const char *at = strstr(text, "killed by SIGKILL"); at;
	     at = strstr(at + 1, "killed by SIGKILL"))
		named++;
	cr_expect_eq(named, 8);
	report_destroy(merged);
	for (size_t i = 0; i < 12; i++)
		report_destroy(reports[i]);
	trace_close(killed);
}

Test(merge, the_next_step_names_the_recording_that_is_shown)
{
	struct pile pile = {.count = 0};

	pile_add(&pile, make_finding("aaaa", "at-exit"));
	pile_add(&pile, make_finding("aaaa", "leaked"));
	pile.reports[1]->trace_path = "b.db";
	cr_expect_str_eq(pile_merge(&pile, 0)->trace_path, "b.db");
	pile_finish(&pile);
}

Test(merge, json_tells_each_recording_of_what_was_merged)
{
	struct pile pile = {.count = 0};
	FILE *stream = open_text();

	for (int i = 0; i < 3; i++)
		pile_add(&pile, make_finding("aaaa", "leaked"));
	pile_merge(&pile, 0);
	cr_assert_eq(report_json(stream, &pile.merged, 1, NULL), 0);
	fclose(stream);
	expect("\"recordings\":3");
	expect("\"recordings_in_all\":3");
	expect("\"command\":\"sessions --n 3\"");
	pile_finish(&pile);
}
