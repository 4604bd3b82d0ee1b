/* SPDX-License-Identifier: Apache-2.0 */
#include <report/format.h>

#include "chain.inc.c"

static char text[65536];

static void write_json(struct report *const *reports, size_t count)
{
	FILE *stream = fmemopen(text, sizeof(text), "w");
	char *to = text;

	cr_assert_not_null(stream);
	cr_assert_eq(report_json(stream, reports, count, NULL), 0);
	fclose(stream);
	/* Without white space, so that tests need not know the layout. */
	for (const char *from = text; *from; from++)
		if (*from != ' ' && *from != '\n')
			*to++ = *from;
	*to = 0;
}

static void expect(const char *part)
{
	cr_expect(strstr(text, part), "'%s' is not in:\n%s", part, text);
}

Test(json, the_schema_and_the_culprit_are_there)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);

	write_json(&report, 1);
	expect("\"schema\":1,");
	expect("\"rule\":\"fd-leak\",\"state\":\"at-exit\",\"kind\":\"fd\",\"class\":\"udp\","
	       "\"count\":3,\"fingerprint\":\"f00d\"");
	expect("\"culprit\":{\"function\":\"open_media_socket\",\"file\":\"/src/session.c\","
	       "\"line\":42,\"module\":\"/opt/bin/sessions\"}");
	expect("\"coverage\":{\"complete\":true,\"finished\":true,\"lost\":0,");
	report_destroy(report);
	trace_close(trace);
}

Test(json, what_is_unknown_is_null)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);

	write_json(&report, 1);
	expect("{\"function\":null,\"file\":null,\"line\":null,\"module\":\"/opt/bin/sessions\","
	       "\"address\":\"0x1002\"}");
	report_destroy(report);
	trace_close(trace);
}

Test(json, equal_fingerprints_of_two_traces_become_one_element)
{
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	const char *first;

	write_json(reports, 2);
	expect("\"count\":6,");
	first = strstr(text, "\"fingerprint\"");
	cr_assert_not_null(first);
	cr_expect_null(strstr(first + 1, "\"fingerprint\""));
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}

Test(json, lost_evidence_makes_the_coverage_incomplete)
{
	struct trace *trace = make_trace(3);
	struct report *report;

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	report = read_report(trace, NULL);
	write_json(&report, 1);
	expect("\"complete\":false,\"finished\":true,\"lost\":5,");
	report_destroy(report);
	trace_close(trace);
}

Test(json, a_chain_has_what_keeps_it_in_order)
{
	struct trace *trace = make_chain();
	struct report *report = read_report(trace, NULL);

	write_json(&report, 1);
	expect("\"chain\":[{\"role\":\"createdat\",\"kind\":\"fd\",\"class\":\"udp\","
	       "\"subject\":7,\"name\":null,\"stack\":[{");
	expect("},{\"role\":\"itbelongstotheCandidate'host',createdat\",\"kind\":\"object\","
	       "\"class\":\"Candidate\",\"subject\":512,\"name\":\"host\",\"stack\":[{");
	expect("{\"role\":\"itispending\",\"kind\":\"object\",\"class\":\"Candidate\","
	       "\"subject\":512,\"name\":\"host\",\"stack\":null}");
	expect("\"stacks\":{\"created\":[");
	report_destroy(report);
	trace_close(trace);
}

Test(json, what_is_merely_alive_has_no_chain)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);

	write_json(&report, 1);
	expect("\"chain\":[],");
	report_destroy(report);
	trace_close(trace);
}

Test(json, a_chain_has_each_place_of_what_holds_alike)
{
	struct trace *trace = make_chain();
	struct report *report;

	execute(trace, "INSERT INTO stack SELECT 2, process_id, 8, 1, addresses FROM stack");
	execute(trace, "INSERT INTO stack_frame SELECT 2, position, location_id FROM stack_frame");
	execute(trace, "INSERT INTO evidence SELECT 1, 61, 11, NULL, 2, role FROM evidence"
		       " WHERE position = 3");
	report = read_report(trace, NULL);
	write_json(&report, 1);
	expect("2of5released,takenat\",\"kind\":\"object\"");
	cr_expect_not_null(strstr(strstr(text, "2of5released") + 1, "2of5released"));
	report_destroy(report);
	trace_close(trace);
}
