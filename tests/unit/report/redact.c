/* SPDX-License-Identifier: Apache-2.0 */
#include <report/redact.h>

#include "written.inc.c"

/* Every format of what is left of two reports of one trace, one after the other. */
static void redacted(struct trace *trace)
{
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	struct report_style style = page_style();
	FILE *stream = open_text();

	style.full_stacks = true;
	cr_assert_eq(report_redact(reports, 2), 0);
	for (const struct report_format *format = report_formats; format->name; format++)
		cr_assert_eq(format->write(stream, reports, 2, &style), 0, "%s", format->name);
	fclose(stream);
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}

Test(redact, addresses_become_placeholders_and_keep_their_ports)
{
	struct trace *trace = make_trace(3);

	execute(trace,
		"UPDATE resource SET remote_address = '[2001:db8::7]:5000' WHERE subject <= 8");
	execute(trace, "UPDATE resource SET local_address = '10.1.2.3:5' WHERE subject = 8");
	redacted(trace);
	expect("fd 7 address-1:40001 to address-2:5000, sent");
	expect("fd 8 address-3:5 to address-2:5000, sent");
	expect("\"remote\":\"address-2:5000\"");
	expect_not("127.0.0.1");
	expect_not("10.1.2.3");
	expect_not("2001");
}

Test(redact, equal_secrets_of_two_reports_share_a_placeholder)
{
	const char *first;

	redacted(make_trace(3));
	first = strstr(text, "address-1:40001");
	cr_assert_not_null(first);
	cr_expect_not_null(strstr(strstr(first, "rtctrack  sessions"), "address-1:40001"));
	expect_not("address-2");
}

Test(redact, socket_paths_and_file_names_go)
{
	struct trace *trace = make_trace(3);

	execute(trace,
		"UPDATE resource SET local_address = 'unix:@/home/anna/s', name = '/srv/key'");
	redacted(trace);
	expect("unix:address-1");
	expect("\"name\":\"file-1\"");
	expect_not("anna");
	expect_not("srv");
}

Test(redact, thread_names_stay)
{
	struct trace *trace = make_trace(3);

	execute(trace, "UPDATE resource SET kind = 'thread', name = 'rtp pump'");
	redacted(trace);
	expect("thread 'rtp pump'");
}

Test(redact, only_base_names_are_left_of_folders_and_no_arguments)
{
	struct trace *trace = make_trace(3);

	execute(trace,
		"UPDATE meta SET value = '/home/anna/sessions --key x' WHERE key = 'command'");
	redacted(trace);
	expect("rtctrack  sessions  2.00 s");
	expect("\"command\":\"sessions\"");
	expect("\"exe\":\"sessions\"");
	expect("open_media_socket  session.c:42");
	expect("\"module\":\"libtrack.so\"");
	expect("\"file\":\"session.c\"");
	expect_not("/src");
	expect_not("/opt");
	expect_not("--n");
	expect_not("--key");
	expect_not("anna");
}

Test(redact, a_sentence_loses_what_looks_like_a_path_or_an_address)
{
	struct trace *trace = make_trace(3);

	execute(trace,
		"UPDATE finding SET message = 'fd 7 (/var/x y, then 127.0.0.1:40001, [::2]:8) of"
		" 192.0.2.1 at 3.5 s, 2 sockets'");
	redacted(trace);
	expect("fd 7 (file-1 y, then address-1:40001, address-2:8) of address-3 at 3.5 s, 2 "
	       "sockets");
	expect_not("192.0.2");
}

Test(redact, without_it_nothing_is_hidden)
{
	struct report_style style = {0};

	write_text(make_trace(3), &style, NULL);
	expect("127.0.0.1:40001");
	expect("sessions --n 3");
}

Test(redact, labels_and_addresses_are_gone_from_chains)
{
	struct trace *trace = make_chain();

	execute(trace, "UPDATE evidence SET role = 'held by \"a\" of 10.9.8.7:5, taken at'"
		       " WHERE position = 3");
	redacted(trace);
	expect("it belongs to the Candidate 'file-1', created at");
	expect("\"name\":\"file-1\"");
	expect("held by \"a\" of address-");
	expect_not("'host'");
	expect_not("\"host\"");
	expect_not("10.9.8.7");
}

Test(redact, of_a_policy_only_the_folders_go)
{
	static const struct report_use uses[] = {{.place = "/home/anna/leaks.supp:3",
						  .text = "leak:^open_media_socket$",
						  .reason = "see /home/anna/notes",
						  .findings = 1,
						  .suppression = true,
						  .max = 2}};
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);
	struct report_style style = {0};
	FILE *stream = open_text();

	report->policy = "/home/anna/rtctrack.yaml";
	report->verdict = "passed; 1 finding is excused: 1 by /home/anna/leaks.supp";
	report->uses = uses;
	report->use_count = 1;
	report->findings[0].gate = (struct report_gate){.judged = true,
							.excuse = REPORT_SUPPRESSED,
							.place = "/home/anna/leaks.supp:3",
							.reason = "see /home/anna/notes"};
	cr_assert_eq(report_redact(&report, 1), 0);
	cr_assert_eq(report_text(stream, &report, 1, &style), 0);
	cr_assert_eq(report_json(stream, &report, 1, &style), 0);
	fclose(stream);
	expect("suppressed by leaks.supp:3: see file-1");
	expect("  policy       rtctrack.yaml\n");
	expect("  let pass     leaks.supp:3  leak:^open_media_socket$  let 1 finding pass");
	expect("\"verdict\":\"passed; 1 finding is excused: 1 by file-2\"");
	expect_not("anna");
	report_destroy(report);
	trace_close(trace);
}

Test(redact, what_a_gate_says_loses_folders_and_what_people_wrote_of_places)
{
	static const struct report_use uses[] = {{.place = "/home/anna/leaks.supp:3",
						  .text = "leak:/home/anna/*",
						  .reason = "see /home/anna/notes",
						  .suppression = true,
						  .max = UINT64_MAX}};
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);
	struct report_style style = page_style();
	FILE *stream = open_text();

	style.full_stacks = true;
	report->verdict = "passed; 1 by /home/anna/leaks.supp";
	report->policy = "/home/anna/rtctrack.yaml";
	report->uses = uses;
	report->use_count = 1;
	report->findings[0].gate = (struct report_gate){.judged = true,
							.excuse = REPORT_SUPPRESSED,
							.level = REPORT_LEVEL_ERROR,
							.place = "/home/anna/leaks.supp:3",
							.reason = "as /home/anna/notes say"};
	cr_assert_eq(report_redact(&report, 1), 0);
	for (const struct report_format *format = report_formats; format->name; format++)
		cr_assert_eq(format->write(stream, &report, 1, &style), 0, "%s", format->name);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
	expect("leaks.supp:3");
	expect("rtctrack.yaml");
	expect_not("anna");
}
