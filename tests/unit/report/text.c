/* SPDX-License-Identifier: Apache-2.0 */
#include "written.inc.c"

static int count(const char *part)
{
	int found = 0;

	for (const char *at = text; (at = strstr(at, part)); at++)
		found++;
	return found;
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

Test(text, what_waits_for_a_lock_is_shown_with_its_plumbing)
{
	static const char *const rules[] = {"teardown-deadlock", "lock-order"};

	for (size_t i = 0; i < 2; i++) {
		struct trace *trace = make_trace(3);

		execute(trace, "UPDATE finding SET rule = '%s'", rules[i]);
		cr_assert_eq(trace_add_plumbing(trace, "session.c"), 0);
		write_text(trace, &plain, NULL);
		expect("#0 open_media_socket  session.c:42\n");
		expect_not("of plumbing");
	}
}

Test(text, frames_of_plumbing_are_counted_unless_all_is_wanted_or_nothing_else_is_there)
{
	struct report_style full = {.full_stacks = true};
	struct trace *trace = make_trace(3);

	cr_assert_eq(trace_add_plumbing(trace, "session.c"), 0);
	write_text(trace, &plain, NULL);
	expect("opened by socket() at\n           #0 sessions+0x1002\n"
	       "           +1 of plumbing (--full-stacks shows them)\n");
	trace = make_trace(40);
	cr_assert_eq(trace_add_plumbing(trace, "/src/session.c"), 0);
	write_text(trace, &plain, NULL);
	expect("+26 more, 1 of plumbing (--full-stacks shows them)");
	trace = make_trace(2);
	cr_assert_eq(trace_add_plumbing(trace, "other/session.c"), 0);
	write_text(trace, &plain, NULL);
	expect("#0 open_media_socket  session.c:42\n");
	expect_not("of plumbing");
	trace = make_trace(2);
	cr_assert_eq(trace_add_plumbing(trace, "session.c"), 0);
	write_text(trace, &plain, NULL);
	expect("#0 open_media_socket  session.c:42\n");
	trace = make_trace(3);
	cr_assert_eq(trace_add_plumbing(trace, "session.c"), 0);
	write_text(trace, &full, NULL);
	expect("#0 open_media_socket");
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

/* A finding like the fixture's, of another class and count. */
static void add_finding(struct trace *trace, int id, const char *class_name, int count)
{
	execute(trace,
		"INSERT INTO finding VALUES (%d, %d, 'fd-leak', 'at-exit', 'fd', '%s', %d, 'f%03d',"
		" '%d of class %s', 1, 1, 'open_log', '/src/log.c', 40, '/opt/bin/sessions', NULL)",
		id, id, class_name, count, id, count, class_name);
}

Test(text, sockets_come_before_files_that_take_one_line_each)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE finding SET rank = %d", 9);
	add_finding(trace, 2, "file", 2);
	add_finding(trace, 3, "directory", 3);
	add_finding(trace, 4, "pipe", 1);
	write_text(trace, &plain, NULL);
	expect("  1. at-exit  fd-leak  3 UDP sockets");
	expect("  also open at the end (--full-stacks shows how)\n"
	       "  2. 2 files  open_log  log.c:40  (sessions)  [f002]\n"
	       "  3. 3 directories  open_log  log.c:40  (sessions)  [f003]\n"
	       "  4. 1 pipe  open_log  log.c:40  (sessions)  [f004]\n");
	expect_not("2 of class file");
}

Test(text, files_are_shown_in_full_where_they_are_many_or_alone_or_all_is_wanted)
{
	struct report_style full = {.full_stacks = true};
	struct trace *trace = make_trace(3);

	add_finding(trace, 2, "file", 500);
	write_text(trace, &plain, NULL);
	expect("  2. at-exit  fd-leak  500 of class file");
	trace = make_trace(3);
	add_finding(trace, 2, "file", 2);
	write_text(trace, &full, NULL);
	expect("  2. at-exit  fd-leak  2 of class file");
	trace = make_trace(3);
	execute(trace, "UPDATE finding SET class = 'file'");
	write_text(trace, &plain, NULL);
	expect("  1. at-exit  fd-leak  3 UDP sockets");
}

Test(text, files_that_grow_are_no_minor_matter)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE finding SET rank = %d", 9);
	add_finding(trace, 2, "file", 2);
	execute(trace, "UPDATE finding SET state = 'growing' WHERE id = 2");
	write_text(trace, &plain, NULL);
	expect("  1. growing  fd-leak  2 of class file");
}

static size_t columns(const char *line, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		if (line[i] == '\033')
			i += strcspn(line + i, "m");
		else
			count += ((unsigned char)line[i] & 0xc0) != 0x80;
	return count;
}

Test(text, no_line_is_wider_than_the_terminal)
{
	static const char *const messages[] = {
		"a sentence of many words that is much longer than any terminal is wide today",
		"oneword_without_any_space_that_is_much_longer_than_any_terminal_is_wide_today",
		("\u00fc\u00fc\u00fc\u00fc \u00fc\u00fc\u00fc\u00fc\u00fc\u00fc "
		 "\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc \u00fc\u00fc\u00fc\u00fc"),
	};

	for (size_t width = 40; width < 100; width++)
		for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
			struct report_style style = {.width = width, .color = width % 2};
			struct trace *trace = make_trace(3);

			execute(trace, "UPDATE finding SET message = '%s'", messages[i]);
			write_text(trace, &style, NULL);
			for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
				cr_assert_leq(columns(line, strcspn(line, "\n")), width, "%s",
					      text);
		}
}

Test(text, what_does_not_fit_goes_on_further_in)
{
	struct report_style style = {.width = 50};

	write_text(make_trace(3), &style, NULL);
	expect("     e.g. fd 7 127.0.0.1:40001, sent 3, received\n"
	       "       2, last used 1.0 s before the end\n");
}

Test(text, a_chain_is_shown_in_its_order)
{
	static const char *const lines[] = {
		"  1. leaked  fd-leak",
		"     opened by socket() at\n           #0 open_media_socket",
		"     it belongs to the Candidate 'host', created at\n           #0",
		"     held by \"checklist\": 2 of 5 released, taken at\n           #0",
		"     it is pending\n     its Connection was closed at\n           #0",
		"     e.g. fd 7",
	};
	const char *at = text;

	write_text(make_chain(), &plain, NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		at = strstr(at, lines[i]);
		cr_assert_not_null(at, "'%s' is not there, or too early:\n%s", lines[i], text);
	}
	expect_not("e.g. object");
	expect_not("object Candidate");
}

Test(text, an_annotated_thing_is_an_example_with_what_is_left_of_it)
{
	struct trace *trace = make_chain();

	execute(trace, "UPDATE finding SET kind = 'object', class = 'Candidate'");
	execute(trace, "DELETE FROM evidence");
	execute(trace, "INSERT INTO evidence VALUES (1, 1, 11, NULL, NULL, 'created at')");
	write_text(trace, &plain, NULL);
	expect("     e.g. object Candidate at 0x200 'host', created 1.5 s before the end, "
	       "references left: 5\n");
}

/* The fixture's object as an example, with what a pack says of it. */
static void write_told_by_pack(const char *sql)
{
	struct trace *trace = make_chain();

	execute(trace, "UPDATE finding SET kind = 'object', class = 'Candidate'");
	execute(trace, "DELETE FROM evidence");
	execute(trace, "INSERT INTO evidence VALUES (1, 1, 11, NULL, NULL, 'created at')");
	execute(trace, "UPDATE resource SET traits = 'one-shot,quiet,ends-with-owner,ends-at-zero,"
		       "told-by-pack' WHERE id = 11");
	execute(trace, "%s", sql);
	write_text(trace, &plain, NULL);
}

Test(text, how_a_pack_knows_of_an_end_is_not_shown)
{
	write_told_by_pack("UPDATE resource SET refs = 2");
	expect("     e.g. object Candidate at 0x200 'host' (one-shot,quiet), created 1.5 s before "
	       "the end, references left: 2\n");
}

Test(text, the_one_reference_of_what_a_pack_tells_goes_without_saying)
{
	write_told_by_pack("UPDATE resource SET refs = 1, traits = 'told-by-pack'");
	expect("     e.g. object Candidate at 0x200 'host', created 1.5 s before the end\n");
}

Test(text, a_registration_of_a_pack_is_at_no_address)
{
	write_told_by_pack("UPDATE finding SET kind = 'callback'; "
			   "UPDATE resource SET kind = 'callback' WHERE id = 11");
	expect("     e.g. callback Candidate 'host' (one-shot,quiet), ");
}

Test(text, a_thing_without_a_class_is_an_example_by_its_kind)
{
	struct trace *trace = make_chain();

	execute(trace, "UPDATE finding SET kind = 'object', class = ''");
	execute(trace, "UPDATE resource SET class = '' WHERE id = 11");
	execute(trace, "DELETE FROM evidence");
	execute(trace, "INSERT INTO evidence VALUES (1, 1, 11, NULL, NULL, 'created at')");
	write_text(trace, &plain, NULL);
	expect("     e.g. object at 0x200 'host', ");
}

Test(text, a_scope_that_was_closed_counts_as_closed)
{
	write_text(make_chain(), &plain, NULL);
	expect("  scopes       1 opened, 1 closed, 0 alive at the end\n");
}

Test(text, frames_of_annotations_are_hidden)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE frame SET file = '/usr/include/track/track.h'");
	write_text(trace, &plain, NULL);
	expect_not("#0 open_media_socket");
}

Test(text, frames_of_a_copy_of_the_annotations_header_are_hidden)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE frame SET file = 'track.h', function = 'track_retain'");
	write_text(trace, &plain, NULL);
	expect_not("#0 track_retain");
	expect("#0 sessions+0x1002");
}

/* Stack 2: stack 1, but for its inner frames. */
static void add_stack_that_parts_after(struct trace *trace, int position)
{
	execute(trace, "INSERT INTO stack SELECT 2, process_id, 8, 1, addresses FROM stack");
	execute(trace,
		"INSERT INTO location VALUES (100, '/opt/bin/sessions', '', 81985529216486895)");
	execute(trace,
		"INSERT INTO stack_frame SELECT 2, position, CASE WHEN position BETWEEN 1 AND %d "
		"THEN 100 ELSE "
		"location_id END FROM stack_frame",
		position);
	execute(trace, "UPDATE evidence SET stack_id = 2 WHERE position = 5");
}

Test(text, outer_frames_of_the_stack_before_are_only_counted)
{
	const struct report_style full = {.full_stacks = true};
	struct trace *trace = make_chain_of_depth(9);

	add_stack_that_parts_after(trace, 3);
	write_text(trace, &plain, NULL);
	expect("     its Connection was closed at\n"
	       "           #0 sessions+0x123456789abcdef\n"
	       "           #1 sessions+0x123456789abcdef\n"
	       "           #2 sessions+0x123456789abcdef\n"
	       "           #3 sessions+0x1004\n"
	       "           +4 as above (--full-stacks shows them)\n");
	trace = make_chain_of_depth(9);
	add_stack_that_parts_after(trace, 3);
	write_text(trace, &full, NULL);
	expect_not("as above");
}

Test(text, few_common_frames_are_shown)
{
	struct trace *trace = make_chain_of_depth(7);

	add_stack_that_parts_after(trace, 3);
	write_text(trace, &plain, NULL);
	expect("           #3 sessions+0x1004\n"
	       "           #4 sessions+0x1005\n"
	       "           #5 sessions+0x1006\n");
	expect_not("0x1004\n           +");
}

Test(text, what_holds_a_thing_alike_is_shown_from_each_place)
{
	struct trace *trace = make_chain();

	add_stack_that_parts_after(trace, 1);
	execute(trace, "INSERT INTO resource (id, process_id, kind, class, subject, generation,"
		       " birth_ns, birth_tid, birth_call, inherited) VALUES"
		       " (12, 1, 'object', 'Candidate', 768, 1, 10500000000, 1, '', 0)");
	execute(trace, "INSERT INTO evidence SELECT 1, n, 11 + (n = 63), NULL, 2 - (n = 62), role"
		       " FROM evidence, (SELECT 61 AS n UNION SELECT 62 UNION SELECT 63)"
		       " WHERE position = 3");
	write_text(trace, &plain, NULL);
	expect("     held by \"checklist\": 2 of 5 released, taken at\n"
	       "           #0 open_media_socket  session.c:42\n");
	expect("     held by \"checklist\": 2 of 5 released, taken at\n"
	       "           #0 sessions+0x123456789abcdef\n");
	/* Neither the first place again, nor that of another thing. */
	cr_expect_eq(count("held by \"checklist\""), 2);
}

Test(text, a_run_that_goes_on_is_as_long_as_it_is_by_now)
{
	struct report_filter filter = {.now_ns = 190 * SECOND};

	write_text(make_trace(3), &plain, &filter);
	expect("sessions --n 3  180.00 s, ");
	expect("last used 179.0 s before the end");
	filter.now_ns = 1;
	write_text(make_trace(3), &plain, &filter);
	expect("sessions --n 3  2.00 s, ");
}

Test(text, where_all_is_merely_alive_marks_are_proposed)
{
	struct trace *trace = make_trace(3);

	write_text(trace, &plain, NULL);
	expect("the trace is a.db\n      whether it grows, marks show: 'rtctrack mark TEXT' ");
	trace = make_trace(3);
	execute(trace, "INSERT INTO mark VALUES (1, 42, 1, 'warm')");
	write_text(trace, &plain, NULL);
	expect_not("marks show");
	trace = make_trace(3);
	execute(trace, "UPDATE finding SET state = 'leaked'");
	write_text(trace, &plain, NULL);
	expect_not("marks show");
}

Test(text, several_reports_are_kept_apart_by_an_empty_line)
{
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	struct report_style style = {.width = 80};
	FILE *stream = fmemopen(text, sizeof(text), "w");
	const char *second;

	cr_assert_eq(report_text(stream, reports, 2, &style), 0);
	fclose(stream);
	second = strstr(text + 1, "\n\nrtctrack  sessions");
	cr_assert_not_null(second, "%s", text);
	cr_expect_null(strstr(second + 2, "\n\nrtctrack  sessions"));
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}

/* Of a recording that ended half a minute after the process began, which ended as told. */
static void write_ended(const char *end)
{
	struct trace *trace = make_trace(3);

	cr_assert_eq(trace_set_meta(trace, "ended_ns", "40000000000"), 0);
	execute(trace, "UPDATE process SET end = '%s'", end);
	write_text(trace, &plain, NULL);
}

Test(text, who_runs_on_was_watched_until_the_recording_ended)
{
	write_ended("exit");
	expect("sessions --n 3  2.00 s, ");
	write_ended("running");
	expect("sessions --n 3  30.00 s, ");
}

static void write_earlier(const char *state)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE resource SET earlier = 1, last_use_ns = NULL");
	execute(trace, "UPDATE finding SET state = '%s'", state);
	write_text(trace, &plain, NULL);
}

Test(text, of_what_was_there_before_no_beginning_is_told)
{
	write_earlier("at-exit");
	expect("sent 3, received 2, open before the recording began\n");
	expect("next: start at the culprit of finding 1");
	write_earlier("unknown-origin");
	expect_not("next: start");
	expect("\ntrace: ");
}

Test(text, how_the_c_library_waits_is_left_out_unless_all_is_wanted)
{
	const struct report_style full = {.full_stacks = true};

	for (int all = 0; all < 2; all++) {
		struct trace *trace = make_trace(3);

		execute(trace, "UPDATE location SET path = '/lib/libc.so.6' WHERE id = 1");
		cr_assert_eq(trace_add_frame(trace, 1, 0, "__futex_abstimed_wait", NULL, 0), 0);
		write_text(trace, all ? &full : &plain, NULL);
		if (all)
			expect("#0 __futex_abstimed_wait");
		else
			expect("#0 open_media_socket");
	}
}
