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
