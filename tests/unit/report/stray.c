/* SPDX-License-Identifier: Apache-2.0 */
/* The line about annotations of what was never created. */
#include <report/redact.h>

#include "written.inc.c"

static const struct report_style plain = {.folder = "/src"};

static struct trace *make_strays(void)
{
	struct trace *trace = make_trace(3);
	struct trace_stray release = {.process_id = 1,
				      .op = "release",
				      .kind = "object",
				      .count = 10,
				      .subject = 0x5550,
				      .stack_id = 1,
				      .time_ns = 11 * SECOND};
	struct trace_stray fire = {.process_id = 1,
				   .op = "fire",
				   .kind = "callback",
				   .count = 2,
				   .subject = 0x7770,
				   .time_ns = 12 * SECOND};

	cr_assert_eq(trace_add_stray(trace, &fire), 0);
	cr_assert_eq(trace_add_stray(trace, &release), 0);
	return trace;
}

Test(stray, one_line_counts_them_and_names_the_first)
{
	write_text(make_strays(), &plain, NULL);
	expect("  notes        annotations that name what was never created: 12 (10 releases of "
	       "objects, 2 fires of callbacks); the first: release of 0x5550 in open_media_socket "
	       "(session.c:42); to be expected only of what was made before the recording began, "
	       "else annotate its creation too\n");
	expect("  coverage     complete\n");
}

Test(stray, one_of_a_sort_is_said_so)
{
	struct trace *trace = make_strays();

	execute(trace, "UPDATE stray SET count = 1, op = 'own' WHERE op = 'release'");
	execute(trace, "UPDATE stray SET op = 'needs' WHERE op = 'fire'");
	write_text(trace, &plain, NULL);
	expect("never created: 3 (1 own of an object, 2 needs of callbacks); the first");
}

Test(stray, where_events_were_lost_they_are_to_be_expected)
{
	struct trace *trace = make_strays();

	cr_assert_eq(trace_put_note(trace, 1, "lost-holes", "LOST", 1, "records never finished"),
		     0);
	write_text(trace, &plain, NULL);
	expect("(session.c:42); to be expected, since events were lost\n");
}

Test(stray, none_is_no_line)
{
	write_text(make_trace(3), &plain, NULL);
	expect_not("never created");
}

Test(stray, json_has_them_and_redaction_hides_folders)
{
	struct trace *trace = make_strays();
	struct report *report = read_report(trace, NULL);
	FILE *stream = open_text();

	cr_assert_eq(report_redact(&report, 1), 0);
	cr_assert_eq(report_json(stream, &report, 1, NULL), 0);
	fclose(stream);
	expect("\"op\":\"release\"");
	expect("\"count\":10");
	expect_not("/src/session.c");
	report_destroy(report);
	trace_close(trace);
}
