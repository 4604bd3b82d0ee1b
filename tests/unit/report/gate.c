/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate says of a finding, and how a report for people shows it. */
#include "written.inc.c"

static struct report_finding judged(bool fails, enum report_excuse excuse)
{
	return (struct report_finding){
		.rule = "fd-leak",
		.gate = {.judged = true,
			 .fails = fails,
			 .level = REPORT_LEVEL_ERROR,
			 .excuse = excuse,
			 .place = "leaks.supp:3"},
	};
}

static const char *says(const struct report_finding *finding)
{
	static char sentence[256];

	return report_gate_says(finding, sentence, sizeof(sentence));
}

Test(gate, each_excuse_names_its_line)
{
	static const struct {
		enum report_excuse excuse;
		const char *sentence;
	} rows[] = {
		{REPORT_PROCESS_LIFETIME, "lasts as long as the process, by leaks.supp:3"},
		{REPORT_SUPPRESSED, "suppressed by leaks.supp:3"},
		{REPORT_BASELINE, "known by leaks.supp:3"},
		{REPORT_BUDGET, "allowed by leaks.supp:3"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct report_finding finding = judged(false, rows[i].excuse);

		cr_expect_str_eq(says(&finding), rows[i].sentence);
		cr_expect(report_is_excused(&finding));
	}
}

Test(gate, the_reason_of_the_line_follows)
{
	struct report_finding finding = judged(false, REPORT_SUPPRESSED);

	finding.gate.reason = "known upstream";
	cr_expect_str_eq(says(&finding), "suppressed by leaks.supp:3: known upstream");
}

Test(gate, what_goes_beyond_a_line_says_how_many_are_allowed)
{
	struct report_finding finding = judged(true, REPORT_BUDGET);

	finding.gate.allowed = 2;
	finding.gate.found = 5;
	cr_expect_str_eq(says(&finding), "5, and 2 are allowed (leaks.supp:3)");
	cr_expect_not(report_is_excused(&finding));
	finding.gate.allowed = 1;
	cr_expect_str_eq(says(&finding), "5, and 1 is allowed (leaks.supp:3)");
}

Test(gate, a_severity_is_no_excuse)
{
	struct report_finding finding = judged(false, REPORT_SEVERITY);

	finding.gate.level = REPORT_LEVEL_NOTE;
	cr_expect_str_eq(says(&finding), "a note by leaks.supp:3");
	cr_expect_not(report_is_excused(&finding));
	finding.gate.level = REPORT_LEVEL_WARNING;
	cr_expect_str_eq(says(&finding), "a warning by leaks.supp:3");
}

Test(gate, what_the_baseline_does_not_know_is_new)
{
	struct report_finding finding = judged(true, REPORT_NOT_EXCUSED);

	finding.gate.place = NULL;
	cr_expect_str_eq(says(&finding), "");
	finding.gate.novelty = REPORT_NEW;
	cr_expect_str_eq(says(&finding), "new: the baseline does not know it");
	finding.gate.fails = false;
	cr_expect_str_eq(says(&finding), "");
}

Test(gate, a_sentence_that_has_no_room_is_cut)
{
	struct report_finding finding = judged(false, REPORT_SUPPRESSED);
	char sentence[8];

	finding.gate.reason = "known upstream";
	cr_expect_str_eq(report_gate_says(&finding, sentence, sizeof(sentence)), "suppres");
}

Test(gate, without_a_gate_the_state_decides)
{
	struct report_finding finding = {.fails = REPORT_FAILS_ALWAYS};

	cr_expect(report_fails(&finding));
	cr_expect_not(report_is_excused(&finding));
	finding.gate = (struct report_gate){.judged = true};
	cr_expect_not(report_fails(&finding));
}

/* A report of two findings, the second of which is excused. */
static struct report *read_two(struct trace **ret_trace)
{
	struct report *report;

	*ret_trace = make_trace(3);
	execute(*ret_trace, "INSERT INTO finding SELECT 2, 2, rule, 'leaked', kind, class, 1,"
			    " 'beef', 'a socket that outlived its agent', process_id, stack_id,"
			    " culprit_function, culprit_file, culprit_line, culprit_module, slope"
			    " FROM finding");
	report = read_report(*ret_trace, NULL);
	cr_assert_eq(report->finding_count, 2);
	report->findings[1].gate = judged(false, REPORT_SUPPRESSED).gate;
	return report;
}

static void show(struct trace *trace, struct report *report)
{
	struct report_style style = {0};
	FILE *stream = open_text();

	cr_assert_eq(report_text(stream, &report, 1, &style), 0);
	fclose(stream);
	report_destroy(report);
	trace_close(trace);
}

Test(gate, what_is_excused_takes_one_line_below_the_others)
{
	struct trace *trace;
	struct report *report = read_two(&trace);

	show(trace, report);
	expect("\n  excused, and no part of the verdict\n"
	       "  2. leaked  fd-leak  a socket that outlived its agent  open_media_socket"
	       "  /src/session.c:42  (sessions)  suppressed by leaks.supp:3  [beef]\n");
	cr_expect_lt(strstr(text, "  1. at-exit"), strstr(text, "excused, and"));
}

Test(gate, what_is_excused_is_nothing_to_start_at)
{
	struct trace *trace;
	struct report *report = read_two(&trace);

	report->findings[0].gate = judged(false, REPORT_SUPPRESSED).gate;
	show(trace, report);
	expect("\ntrace: a.db\n");
	expect_not("start at the culprit");
}

Test(gate, what_fails_beyond_a_line_says_so_below_its_culprit)
{
	struct trace *trace;
	struct report *report = read_two(&trace);

	report->findings[0].gate = judged(true, REPORT_BUDGET).gate;
	report->findings[0].gate.allowed = 2;
	report->findings[0].gate.found = 5;
	show(trace, report);
	expect("(sessions)\n     gate      5, and 2 are allowed (leaks.supp:3)\n");
}

Test(gate, the_table_says_what_each_line_let_pass)
{
	static const struct report_use uses[] = {
		{.place = "leaks.supp:3",
		 .text = "fd-leak:^open$ max=20 reason=known upstream",
		 .reason = "known upstream",
		 .findings = 2,
		 .resources = 12,
		 .max = 20,
		 .suppression = true},
		{.place = "leaks.supp:4",
		 .text = "leak:usrsctp",
		 .met = 1,
		 .max = UINT64_MAX,
		 .suppression = true},
		{.place = "rtctrack.yaml:9", .text = "budget", .max = 2},
		{.place = "rtctrack.yaml:8", .text = "a note", .met = 1, .severity = true},
		{.place = "rtctrack.yaml:10",
		 .text = "other",
		 .reason = "two",
		 .findings = 1,
		 .resources = 1},
	};
	struct trace *trace;
	struct report *report = read_two(&trace);

	report->uses = uses;
	report->use_count = 5;
	report->policy = "rtctrack.yaml";
	report->policy_found = true;
	report->finding_ignored = 1;
	show(trace, report);
	expect("  policy       rtctrack.yaml, found in this folder (--policy none leaves it "
	       "out)\n");
	expect("  let pass     leaks.supp:3  fd-leak:^open$ max=20 reason=known upstream  let 2"
	       " findings pass, of 12 resources\n"
	       "               leaks.supp:4  leak:usrsctp  let nothing pass\n");
	expect("rtctrack.yaml:10  other  let 1 finding pass, of 1 resource: two\n");
	expect("\n  1 finding left out, as the policy says\n");
	expect("rtctrack.yaml:9  budget  matched nothing\n");
	expect_not("rtctrack.yaml:8 ");
}

Test(gate, what_is_fixed_is_told)
{
	static const struct report_fixed fixed[] = {
		{.fingerprint = "f00d",
		 .rule = "fd-leak",
		 .class_name = "udp",
		 .culprit = "open_media_socket",
		 .allowed = 3},
		{.fingerprint = "beef",
		 .rule = "thread-leak",
		 .class_name = "thread",
		 .allowed = 4,
		 .found = 1},
	};
	struct trace *trace;
	struct report *report = read_two(&trace);

	report->fixed = fixed;
	report->fixed_count = 2;
	show(trace, report);
	expect("  fixed        gone: fd-leak udp at open_media_socket  [f00d]\n"
	       "               1 of 4 are left: thread-leak thread  [beef]\n");
}
