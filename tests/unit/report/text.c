/* SPDX-License-Identifier: Apache-2.0 */
#include <report/text.h>

#include "fixture.inc.c"

static char text[65536];

static void write_text(struct trace *trace, const struct report_style *style,
		       const struct report_filter *filter)
{
	struct report *report = read_report(trace, filter);
	FILE *stream = fmemopen(text, sizeof(text), "w");

	cr_assert_not_null(stream);
	cr_assert_eq(report_text(stream, report, style), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
}

static void expect(const char *part)
{
	cr_expect(strstr(text, part), "'%s' is not in:\n%s", part, text);
}

static void expect_not(const char *part)
{
	cr_expect_null(strstr(text, part), "'%s' is in:\n%s", part, text);
}

static const struct report_style plain = {.folder = "/src"};

Test(text, a_finding_says_what_where_and_an_example)
{
	write_text(make_trace(3), &plain, NULL);
	expect("  1. at-exit  fd-leak  3 UDP sockets opened here were never closed  [f00d]\n");
	expect("     culprit   open_media_socket  session.c:42  (sessions)\n");
	expect("     opened by socket() at\n           #0 open_media_socket  session.c:42\n");
	expect("fd 7 127.0.0.1:40001, sent 3, received 2, last used 1.0 s before the end");
	expect("          +1 more\n");
}

Test(text, our_own_frames_are_hidden_and_unknown_ones_are_module_and_offset)
{
	write_text(make_trace(3), &plain, NULL);
	expect_not("libtrack.so");
	expect("#1 sessions+0x1002\n");
}

Test(text, long_stacks_are_cut_unless_all_is_wanted)
{
	struct report_style full = {.full_stacks = true};

	write_text(make_trace(40), &plain, NULL);
	expect("+27 more (--full-stacks shows them)");
	expect_not("#12 ");
	write_text(make_trace(40), &full, NULL);
	expect("#38 ");
}

Test(text, the_same_birth_is_shown_once)
{
	const char *first;

	write_text(make_trace(3), &plain, NULL);
	first = strstr(text, "opened by socket()");
	cr_assert_not_null(first);
	cr_expect_null(strstr(first + 1, "opened by socket()"), "%s", text);
}

Test(text, without_a_terminal_there_are_no_escapes)
{
	write_text(make_trace(3), &plain, NULL);
	expect_not("\033");
}

Test(text, lost_evidence_is_never_called_complete)
{
	struct trace *trace = make_trace(3);

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	write_text(trace, &plain, NULL);
	expect("incomplete");
	expect("records gone: 5");
}

Test(text, a_recording_that_was_cut_off_is_never_called_complete)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE meta SET value = '0' WHERE key = 'finished'");
	write_text(trace, &plain, NULL);
	expect("incomplete");
}

Test(text, a_filter_leaves_out_other_rules)
{
	struct report_filter filter = {.rule = "double-close"};

	write_text(make_trace(3), &plain, &filter);
	expect("no findings");
	expect_not("UDP sockets");
}

Test(text, control_characters_of_a_trace_do_not_reach_the_terminal)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE finding SET message = 'a' || char(27) || '[2Jb' || char(10) || 'c'");
	write_text(trace, &plain, NULL);
	expect("a [2Jb c");
}

Test(text, what_is_kept_as_sums_is_counted_too)
{
	struct trace *trace = make_trace(3);
	struct trace_statistics row = {.process_id = 1,
				       .kind = "fd",
				       .class_name = "udp",
				       .birth_call = "socket",
				       .death_call = "close",
				       .ending = "closed",
				       .count = 1000,
				       .last_death_ns = 20 * SECOND};

	cr_assert_eq(trace_put_statistics(trace, &row), 0);
	write_text(trace, &plain, NULL);
	expect("  descriptors  1003 opened, 1000 closed, 3 alive at the end\n");
	expect("  folded       1000 that ended in order, kept as sums\n");
	expect("10.00 s, 1 process");
}
