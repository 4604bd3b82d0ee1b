/* SPDX-License-Identifier: Apache-2.0 */
#include "written.inc.c"

/* Without white space, so that tests need not know the layout. */
static void pack(void)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != ' ' && *from != '\n')
			*to++ = *from;
	*to = 0;
}

static void pack_json(struct trace *trace)
{
	write_json(trace, NULL);
	pack();
}

Test(json, the_schema_and_the_culprit_are_there)
{
	pack_json(make_trace(3));
	expect("\"schema\":1,");
	expect("\"rule\":\"fd-leak\",\"state\":\"at-exit\",\"kind\":\"fd\",\"class\":\"udp\","
	       "\"count\":3,\"fingerprint\":\"f00d\"");
	expect("\"culprit\":{\"function\":\"open_media_socket\",\"file\":\"/src/session.c\","
	       "\"line\":42,\"module\":\"/opt/bin/sessions\"}");
	expect("\"coverage\":{\"complete\":true,\"finished\":true,\"lost\":0,");
}

Test(json, what_is_unknown_is_null)
{
	pack_json(make_trace(3));
	expect("{\"function\":null,\"file\":null,\"line\":null,\"module\":\"/opt/bin/sessions\","
	       "\"address\":\"0x1002\"}");
}

Test(json, equal_fingerprints_of_two_traces_become_one_element)
{
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	FILE *stream = open_text();
	const char *first;

	cr_assert_eq(report_json(stream, reports, 2, NULL), 0);
	fclose(stream);
	pack();
	expect("\"count\":6,");
	first = strstr(text, "\"fingerprint\"");
	cr_assert_not_null(first);
	cr_expect_null(strstr(first + 1, "\"fingerprint\""));
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}

/* Of two reports of one finding each; the gate of the second fails if asked for. */
static void pack_two(bool fails)
{
	static const struct report_use uses[] = {{.place = "leaks.supp:4",
						  .text = "leak:usrsctp",
						  .max = UINT64_MAX,
						  .suppression = true}};
	static const struct report_fixed fixed[] = {
		{.fingerprint = "beef", .rule = "fd-leak", .class_name = "udp", .allowed = 2}};
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	FILE *stream = open_text();

	reports[0]->verdict = "passed";
	reports[0]->verdict_code = 0;
	reports[0]->uses = uses;
	reports[0]->use_count = 1;
	reports[0]->fixed = fixed;
	reports[0]->fixed_count = 1;
	reports[0]->findings[0].gate = (struct report_gate){
		.judged = true, .excuse = REPORT_SUPPRESSED, .place = "a:1", .reason = "known"};
	reports[1]->findings[0].gate = (struct report_gate){.judged = true,
							    .fails = fails,
							    .level = REPORT_LEVEL_ERROR,
							    .excuse = REPORT_BASELINE,
							    .place = "b:2",
							    .novelty = REPORT_MORE,
							    .allowed = 3,
							    .found = 6};
	cr_assert_eq(report_json(stream, reports, 2, NULL), 0);
	fclose(stream);
	pack();
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}

Test(json, what_a_gate_says_stands_in_the_document_and_in_each_finding)
{
	pack_two(false);
	expect("\"gate\":{\"verdict\":\"passed\",\"exit_code\":0,\"policy\":null,"
	       "\"lines\":[{\"place\":\"leaks.supp:4\",\"text\":\"leak:usrsctp\",\"reason\":null,"
	       "\"met\":0,\"findings\":0,\"resources\":0,\"max\":null}],\"unused_suppressions\":["
	       "{");
	expect("\"fixed\":[{\"fingerprint\":\"beef\",\"rule\":\"fd-leak\",\"class\":\"udp\","
	       "\"culprit\":null,\"allowed\":2,\"found\":0}],\"ignored\":0}");
	expect("\"gate\":{\"fails\":false,\"level\":\"ignore\",\"by\":\"suppression\","
	       "\"place\":\"a:1\",\"reason\":\"known\",\"baseline\":null}");
}

Test(json, a_finding_of_several_traces_fails_if_one_of_them_does)
{
	pack_two(true);
	expect("\"gate\":{\"fails\":true,\"level\":\"error\",\"by\":\"baseline\",\"place\":\"b:2\","
	       "\"reason\":null,\"baseline\":\"more\",\"allowed\":3,\"found\":6}");
}

Test(json, without_a_gate_there_is_nothing_of_it)
{
	pack_json(make_trace(3));
	expect("\"gate\":null,\"threads\"");
	expect("\"gate\":null,\"culprit\"");
}

Test(json, findings_that_are_left_out_are_counted)
{
	struct report_filter filter = {.kind = "thread"};

	write_json(make_trace(3), &filter);
	pack();
	expect("\"findings\":[],\"left_out\":1}");
	pack_json(make_trace(3));
	expect("],\"left_out\":0}");
}

Test(json, lost_evidence_makes_the_coverage_incomplete)
{
	struct trace *trace = make_trace(3);

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	pack_json(trace);
	expect("\"complete\":false,\"finished\":true,\"lost\":5,");
}

Test(json, a_chain_has_what_keeps_it_in_order)
{
	pack_json(make_chain());
	expect("\"chain\":[{\"role\":\"createdat\",\"kind\":\"fd\",\"class\":\"udp\","
	       "\"subject\":7,\"name\":null,\"stack\":[{");
	expect("},{\"role\":\"itbelongstotheCandidate'host',createdat\",\"kind\":\"object\","
	       "\"class\":\"Candidate\",\"subject\":512,\"name\":\"host\",\"stack\":[{");
	expect("{\"role\":\"itispending\",\"kind\":\"object\",\"class\":\"Candidate\","
	       "\"subject\":512,\"name\":\"host\",\"stack\":null}");
	expect("\"stacks\":{\"created\":[");
}

Test(json, a_hang_is_a_chain_of_threads_and_no_other_stacks)
{
	struct trace *trace = make_chain();

	execute(trace, "DELETE FROM evidence");
	execute(trace,
		"INSERT INTO evidence VALUES (1, 0, NULL, NULL, 1, 'thread 7 ''main'' has "
		"waited 9.00 s for the mutex 0x10 at'), (1, 1, NULL, NULL, 1, 'which thread 8 "
		"took at')");
	pack_json(trace);
	expect("\"chain\":[{\"role\":\"thread7'main'haswaited9.00sforthemutex0x10at\",\"kind\":"
	       "null,");
	expect("{\"role\":\"whichthread8tookat\",");
	expect("\"stacks\":{},");
}

Test(json, what_is_merely_alive_has_no_chain)
{
	pack_json(make_trace(3));
	expect("\"chain\":[],");
}

Test(json, a_chain_has_each_place_of_what_holds_alike)
{
	struct trace *trace = make_chain();

	execute(trace, "INSERT INTO stack SELECT 2, process_id, 8, 1, addresses FROM stack");
	execute(trace, "INSERT INTO stack_frame SELECT 2, position, location_id FROM stack_frame");
	execute(trace, "INSERT INTO evidence SELECT 1, 61, 11, NULL, 2, role FROM evidence"
		       " WHERE position = 3");
	pack_json(trace);
	expect("2of5released,takenat\",\"kind\":\"object\"");
	cr_expect_not_null(strstr(strstr(text, "2of5released") + 1, "2of5released"));
}

/* They show what follows elsewhere, where a document is looked at. */
Test(json, marks_of_direction_and_separators_of_lines_are_escaped)
{
	static const unsigned marks[] = {0x61c,	 0x200e, 0x200f, 0x2028, 0x2029,
					 0x202a, 0x202e, 0x2066, 0x2069};
	char escaped[16];

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		struct trace *trace = make_trace(3);

		execute(trace, "UPDATE finding SET message = 'a' || char(%u) || 'b'", marks[i]);
		write_json(trace, NULL);
		snprintf(escaped, sizeof(escaped), "\"a\\u%04xb\"", marks[i]);
		expect(escaped);
	}
}

Test(json, other_letters_stay_as_they_are)
{
	struct trace *trace = make_trace(3);

	execute(trace,
		"UPDATE finding SET message = 'a' || char(1563, 8205, 8231, 8239, 8293, 8298,"
		" 8364, 128512) || 'b'");
	write_json(trace, NULL);
	expect("a\u061b\u200d\u2027\u202f\u2065\u206a\u20ac\U0001f600"
	       "b\"");
}
