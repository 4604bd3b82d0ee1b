/* SPDX-License-Identifier: Apache-2.0 */
#include "written.inc.c"

static const struct report_style style = {.root = "/src", .folder = "/src"};

static void write_github(struct trace *trace)
{
	write_as(report_github, trace, &style, NULL);
}

static void write_summary(struct trace *trace, size_t capacity)
{
	struct report *report = read_report(trace, NULL);
	FILE *stream = open_text();

	cr_assert_eq(report_github_summary(stream, &report, 1, &style, capacity), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
}

/* count findings of that state. */
static struct trace *make_findings(const char *state, size_t count)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE finding SET state = '%s'", state);
	for (size_t i = 2; i <= count; i++)
		execute(trace,
			"INSERT INTO finding SELECT %zu, %zu, rule, state, kind, class, 1, 'f%zu',"
			" 'number %zu', process_id, stack_id, 'open_other', NULL, NULL, NULL, "
			"NULL"
			" FROM finding WHERE id = 1",
			i, i, i, i);
	return trace;
}

/* Lines that begin so. */
static size_t lines_of(const char *beginning)
{
	size_t count = 0;

	for (const char *at = text; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
		count += strncmp(at, beginning, strlen(beginning)) == 0;
	return count;
}

Test(github, what_fails_is_an_error_at_its_line)
{
	write_github(make_findings("leaked", 1));
	expect("::error file=session.c,line=42,title=fd-leak (leaked)::"
	       "3 UDP sockets opened here were never closed%0Aculprit: open_media_socket");
	expect("fingerprint: f00d%0A");
	expect("#0 open_media_socket  session.c:42%0A");
}

Test(github, what_fails_only_strictly_is_a_warning)
{
	write_github(make_findings("at-exit", 1));
	cr_expect_eq(lines_of("::warning "), 1);
	cr_expect_eq(lines_of("::error "), 0);
}

Test(github, what_is_only_told_is_no_annotation)
{
	write_github(make_findings("late", 1));
	cr_expect_eq(lines_of("::"), 0);
	expect("rtctrack: 1 finding in 1 recording; coverage complete\n");
}

Test(github, what_is_excused_is_a_notice_that_says_why)
{
	struct trace *trace = make_findings("leaked", 1);
	struct report *report = read_report(trace, NULL);
	FILE *stream = open_text();

	report->findings[0].gate = (struct report_gate){.judged = true,
							.level = REPORT_LEVEL_ERROR,
							.excuse = REPORT_SUPPRESSED,
							.place = "leaks.supp:3"};
	cr_assert_eq(report_github(stream, &report, 1, &style), 0);
	fclose(stream);
	cr_expect_eq(lines_of("::notice file=session.c,line=42,"), 1);
	cr_expect_eq(lines_of("::error"), 0);
	expect("suppressed by leaks.supp:3");
	report_destroy(report);
	trace_close(trace);
}

Test(github, no_more_than_ten_of_a_kind_and_the_rest_is_counted)
{
	write_github(make_findings("leaked", 10));
	cr_expect_eq(lines_of("::error "), 10);
	cr_expect_eq(lines_of("::notice "), 0);
	write_github(make_findings("leaked", 13));
	cr_expect_eq(lines_of("::error "), 10);
	expect("::notice title=rtctrack::3 more findings are not shown here: ");
	expect_not("number 11");
}

Test(github, missing_evidence_comes_first_and_takes_a_place)
{
	struct trace *trace = make_findings("at-exit", 13);

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	write_github(trace);
	cr_expect_eq(strncmp(text, "\n::warning title=evidence is missing::", 38), 0);
	cr_expect_eq(lines_of("::warning "), 10);
	expect("4 more findings are not shown here");
	expect("coverage incomplete");
}

/* A command is one only where a line begins. */
Test(github, an_unfinished_line_of_the_program_hides_none)
{
	struct trace *trace = make_findings("leaked", 1);
	struct report *report = read_report(trace, NULL);
	FILE *stream = open_text();

	fputs("progress 99%", stream);
	cr_assert_eq(report_github(stream, &report, 1, &style), 0);
	fclose(stream);
	cr_expect_eq(lines_of("::error file=session.c,line=42,"), 1);
	report_destroy(report);
	trace_close(trace);
}

static size_t writes;

static ssize_t count_write(void *cookie, const char *bytes, size_t size)
{
	(void)cookie, (void)bytes;
	writes++;
	return (ssize_t)size;
}

/* What the program's children still say there is not to part a command. */
Test(github, all_of_it_is_one_write)
{
	struct trace *trace = make_findings("leaked", 3);
	struct report *report = read_report(trace, NULL);
	FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = count_write});

	cr_assert_not_null(stream);
	setvbuf(stream, NULL, _IONBF, 0);
	cr_assert_eq(report_github(stream, &report, 1, &style), 0);
	cr_expect_eq(writes, 1, "%zu writes", writes);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
}

Test(github, a_gate_that_does_not_pass_by_no_finding_is_an_error)
{
	struct trace *trace = make_findings("late", 1);
	struct report *report = read_report(trace, NULL);

	report->verdict = "failed by 1 suppression";
	for (int code = 0; code < 2; code++) {
		FILE *stream = open_text();

		report->verdict_code = code;
		cr_assert_eq(report_github(stream, &report, 1, &style), 0);
		fclose(stream);
		cr_expect_eq(lines_of("::error title=gate::failed by 1 suppression"), (size_t)code);
	}
	report_destroy(report);
	trace_close(trace);
}

Test(github, a_file_outside_of_the_repository_has_no_line_beside_it)
{
	struct trace *trace = make_findings("leaked", 1);

	execute(trace, "UPDATE finding SET culprit_file = '/usr/include/x.h'");
	write_github(trace);
	cr_expect_eq(lines_of("::error title="), 1);
}

Test(github, escapes_are_as_documented)
{
	struct trace *trace = make_findings("leaked", 1);

	execute(trace,
		"UPDATE finding SET message = '100%% a:b,c', culprit_file = '/src/a:b,c%%.c'");
	write_github(trace);
	expect("::error file=a%3Ab%2Cc%25.c,line=42,");
	expect("::100%25 a:b,c%0A");
}

Test(github, a_name_is_no_command)
{
	struct trace *trace = make_findings("leaked", 1);

	execute(trace, "UPDATE finding SET message = 'x' || char(10) || '::stop-commands::y',"
		       " rule = 'a' || char(13) || '::error::b'");
	write_github(trace);
	cr_expect_eq(lines_of("::"), 1);
	expect("title=a %3A%3Aerror%3A%3Ab (leaked)::x ::stop-commands::y%0A");
}

Test(github, a_long_message_is_cut_at_a_character)
{
	struct trace *trace = make_findings("leaked", 1);
	const char *line;
	size_t length;

	execute(trace,
		"UPDATE finding SET message = replace(hex(zeroblob(3000)), '00', '\xc3\xa9')");
	write_github(trace);
	line = strstr(text, "(leaked)::") + strlen("(leaked)::");
	length = strcspn(line, "\n");
	cr_expect_leq(length, 4096);
	cr_expect_geq(length, 3900);
	cr_expect_eq(length % 2, 0, "half of a character is left");
}

Test(summary, a_row_for_each_finding_and_a_block_for_what_fails)
{
	write_summary(make_findings("leaked", 2), 100000);
	expect("## rtctrack: 2 findings\n");
	expect("| fails | fd&#45;leak | leaked | 3 UDP sockets opened here were never closed | "
	       "open&#95;media&#95;socket session.c&#58;42 | f00d |\n");
	expect("<details><summary>3 UDP sockets");
	expect("#0 open_media_socket  session.c:42\n");
	cr_expect_eq(lines_of("| fails |"), 2);
}

Test(summary, what_fails_comes_first)
{
	struct trace *trace = make_findings("at-exit", 2);

	execute(trace, "UPDATE finding SET state = 'leaked' WHERE id = 2");
	write_summary(trace, 100000);
	expect("---|\n| fails | ");
	expect("|\n| warning | ");
}

Test(summary, what_finds_no_room_is_counted)
{
	write_summary(make_findings("leaked", 40), 3000);
	cr_expect_leq(strlen(text), 3000);
	cr_expect_gt(lines_of("| fails |"), 2);
	expect(" more findings are left out: there is no more room here.\n");
	write_summary(make_findings("leaked", 2), 100);
	cr_expect_leq(strlen(text), 100);
}

Test(summary, names_are_no_markup)
{
	struct trace *trace = make_findings("leaked", 1);

	execute(trace, "UPDATE finding SET message = '|<b>*x* [l](http://e) @all #1 `c`'");
	write_summary(trace, 100000);
	expect("| leaked | &#124;&lt;b&gt;&#42;x&#42; &#91;l&#93;&#40;http:<!-- -->//e&#41; "
	       "@<!-- -->all &#35;<!-- -->1 &#96;c&#96; | ");
	expect_not("<b>");
}

Test(summary, missing_evidence_is_named)
{
	struct trace *trace = make_findings("leaked", 1);

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	write_summary(trace, 100000);
	expect("**Evidence is missing**");
	expect("- records gone: 5\n");
}
