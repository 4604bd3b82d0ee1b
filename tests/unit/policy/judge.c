/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.inc.c"

/* The whole order: each text excuses the socket of SOCKET. */
#define LIFETIME "process-lifetime:\n  - {function: carrier_bind_socket, why: for ever}\n"
#define BUDGET                                                                                     \
	"budgets:\n  - {rule: fd-leak, class: udp, scope: PeerConnection, max: 2, why: mux}\n"
#define SEVERITY "severities:\n  - {rule: fd-leak, level: note, why: it is known}\n"
#define SUPPRESSION "fd-leak:carrier reason=ours\n"
#define BASELINE "{\"fingerprint\":\"00000000000000aa\",\"allowed\":2}\n"

static struct policy_verdict ask(const char *file, const char *suppressions, const char *baseline)
{
	struct policy_verdict verdict;
	struct policy *policy = begin();

	take(policy, policy_parse_file, "p", file);
	take(policy, policy_parse_suppressions, "s", suppressions);
	if (baseline)
		take(policy, policy_parse_baseline, "b", baseline);
	verdict = judge_one(policy, false, (struct policy_finding){SOCKET});
	policy_destroy(policy);
	return verdict;
}

Test(judge, asks_for_process_life_then_suppressions_then_the_baseline_then_budgets)
{
	struct policy_verdict verdict = ask(BUDGET LIFETIME, SUPPRESSION, BASELINE);

	cr_expect_eq(verdict.reason, POLICY_PROCESS_LIFETIME);
	cr_expect_eq(verdict.line, 4);
	cr_expect_eq(ask(BUDGET, SUPPRESSION, BASELINE).reason, POLICY_SUPPRESSED);
	cr_expect_eq(ask(BUDGET, "", BASELINE).reason, POLICY_BASELINE);
	cr_expect_eq(ask(BUDGET, "", "").reason, POLICY_BUDGET);
	cr_expect_eq(ask(BUDGET, "", NULL).novelty, POLICY_NO_BASELINE);
	cr_expect_eq(ask("", "", NULL).reason, POLICY_BY_STATE);
	cr_expect_not(ask(BUDGET, "", "").fails);
	cr_expect(ask("", "", NULL).fails);
}

/* What does not fail needs no excuse: then the severity is what is told. */
Test(judge, a_severity_that_does_not_fail_is_told_before_budget_and_baseline)
{
	cr_expect_eq(ask(SEVERITY BUDGET, "", BASELINE).reason, POLICY_SEVERITY);
	cr_expect_eq(ask(SEVERITY, SUPPRESSION, NULL).reason, POLICY_SEVERITY);
	cr_expect_eq(ask(SEVERITY, "", NULL).line, 2);
	cr_expect_not(ask(SEVERITY, "", NULL).fails);
	cr_expect_eq(ask(SEVERITY, "", NULL).level, POLICY_NOTE);
}

Test(judge, a_state_says_how_grave_it_is)
{
	static const struct {
		const char *state;
		enum policy_level level;
		bool fails, fails_strictly;
	} rows[] = {
		{"leaked", POLICY_ERROR, true, true},	  {"broken", POLICY_ERROR, true, true},
		{"at-exit", POLICY_WARNING, false, true}, {"late", POLICY_NOTE, false, false},
		{"unheard-of", POLICY_ERROR, true, true},
	};
	struct policy_finding finding = {SOCKET};
	struct policy *policy = begin();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		finding.state = rows[i].state;
		cr_expect_eq(judge_one(policy, false, finding).level, rows[i].level);
		cr_expect_eq(judge_one(policy, false, finding).fails, rows[i].fails, "%s",
			     rows[i].state);
		cr_expect_eq(judge_one(policy, true, finding).fails, rows[i].fails_strictly);
	}
	policy_destroy(policy);
}

/* Is the finding one that a row of severities speaks of? */
static bool is_met(const char *row)
{
	char text[256];

	snprintf(text, sizeof(text), "severities: [{%s level: note}]", row);
	return ask(text, "", NULL).level == POLICY_NOTE;
}

Test(judge, a_row_is_about_what_is_all_that_it_says)
{
	cr_expect(is_met("rule: fd-leak, state: leaked, kind: fd, class: udp, scope: Server,"));
	cr_expect(is_met("class: 'u*',"));
	cr_expect(is_met("class: '*', scope: '*',"));
	cr_expect(is_met("scope: 'Peer*',"));
	cr_expect_not(is_met("rule: ref-leak,"));
	cr_expect_not(is_met("state: late,"));
	cr_expect_not(is_met("kind: thread,"));
	cr_expect_not(is_met("class: ud,"));
	cr_expect_not(is_met("class: dp,"));
	cr_expect_not(is_met("scope: Peer,"));
	cr_expect_not(is_met("rule: fd-leak, kind: thread,"));
}

Test(judge, the_first_row_of_severities_that_fits_is_the_one)
{
	struct policy_verdict verdict =
		ask("severities:\n  - {kind: thread, level: ignore}\n  - {kind: fd, level: "
		    "warning, why: a}\n  - {kind: fd, level: ignore}\n",
		    "", NULL);

	cr_expect_eq(verdict.level, POLICY_WARNING);
	cr_expect_eq(verdict.reason, POLICY_SEVERITY);
	cr_expect_eq(verdict.line, 3);
	cr_expect_not(verdict.fails);
}

Test(judge, a_severity_can_make_graver)
{
	struct policy_finding finding = {SOCKET};
	struct policy *policy = begin();
	struct policy_verdict verdict;

	take(policy, policy_parse_file, "p", "severities: [{state: late, level: error}]");
	finding.state = "late";
	verdict = judge_one(policy, false, finding);
	cr_expect(verdict.fails);
	cr_expect_eq(verdict.reason, POLICY_SEVERITY);
	cr_expect_str_eq(verdict.path, "p");
	policy_destroy(policy);
}

Test(judge, a_budget_is_of_the_sum_of_findings_that_would_fail)
{
	struct policy_finding findings[] = {{SOCKET}, {SOCKET}, {SOCKET}, {SOCKET}};
	struct policy_verdict verdicts[4];
	struct policy *policy = begin();
	size_t count;

	take(policy, policy_parse_file, "p", BUDGET);
	findings[1].fingerprint = "00000000000000bb";
	findings[2].state = "late";
	findings[3].scope_count = 0;
	cr_assert_eq(policy_judge(policy, false, findings, 4, verdicts), 0);
	cr_expect_not(verdicts[0].fails);
	cr_expect_not(verdicts[1].fails);
	cr_expect_eq(verdicts[2].reason, POLICY_BY_STATE);
	cr_expect(verdicts[3].fails);
	cr_expect_eq(policy_uses(policy, &count)[0].resources, 2);
	cr_expect_str_eq(policy_uses(policy, &count)[0].text,
			 "rule fd-leak, class udp, scope PeerConnection, max 2");
	cr_expect_eq(policy_uses(policy, &count)[0].reason, POLICY_BUDGET);
	findings[1].count = 4;
	cr_assert_eq(policy_judge(policy, false, findings, 4, verdicts), 0);
	for (int i = 0; i < 2; i++) {
		cr_expect(verdicts[i].fails);
		cr_expect_eq(verdicts[i].reason, POLICY_BUDGET);
		cr_expect_eq(verdicts[i].line, 2);
		cr_expect_eq(verdicts[i].found, 5);
		cr_expect_eq(verdicts[i].allowed, 2);
		cr_expect_str_eq(verdicts[i].why, "mux");
	}
	cr_expect_eq(policy_uses(policy, &count)[0].resources, 0);
	policy_destroy(policy);
}

Test(judge, a_finding_counts_in_the_first_budget_that_fits)
{
	struct policy_finding findings[] = {{SOCKET}, {SOCKET}};
	struct policy_verdict verdicts[2];
	struct policy *policy = begin();

	take(policy, policy_parse_file, "p",
	     "budgets:\n  - {class: udp, max: 1}\n  - {kind: fd, max: 1}\n");
	findings[1].class_name = "tcp";
	cr_assert_eq(policy_judge(policy, false, findings, 2, verdicts), 0);
	cr_expect_not(verdicts[0].fails || verdicts[1].fails);
	cr_expect_eq(verdicts[0].line, 2);
	cr_expect_eq(verdicts[1].line, 3);
	policy_destroy(policy);
}

Test(judge, sums_do_not_wrap)
{
	struct policy_finding findings[] = {{SOCKET}, {SOCKET}};
	struct policy_verdict verdicts[2];
	struct policy *policy = begin();

	take(policy, policy_parse_file, "p", BUDGET);
	findings[0].count = UINT64_MAX;
	cr_assert_eq(policy_judge(policy, false, findings, 2, verdicts), 0);
	cr_expect(verdicts[0].fails && verdicts[1].fails);
	cr_expect_eq(verdicts[0].found, UINT64_MAX);
	policy_destroy(policy);
}

Test(judge, what_is_new_or_more_may_be_in_a_budget)
{
	struct policy_finding finding = {SOCKET};
	struct policy *policy = begin();
	struct policy_verdict verdict;

	take(policy, policy_parse_file, "p", BUDGET);
	take(policy, policy_parse_baseline, "b",
	     "{\"fingerprint\":\"00000000000000aa\",\"allowed\":1}\n");
	finding.count = 2;
	verdict = judge_one(policy, false, finding);
	cr_expect_not(verdict.fails);
	cr_expect_eq(verdict.reason, POLICY_BUDGET);
	cr_expect_eq(verdict.novelty, POLICY_MORE);
	finding.fingerprint = "00000000000000bb";
	verdict = judge_one(policy, false, finding);
	cr_expect_not(verdict.fails);
	cr_expect_eq(verdict.novelty, POLICY_NEW);
	policy_destroy(policy);
}

/* Is the finding one that lasts as long as the process? */
static bool lasts(const char *row, struct policy_finding finding)
{
	struct policy *policy = begin();
	char text[256];
	bool does;

	snprintf(text, sizeof(text), "process-lifetime: [{%s}]", row);
	take(policy, policy_parse_file, "p", text);
	does = judge_one(policy, false, finding).reason == POLICY_PROCESS_LIFETIME;
	policy_destroy(policy);
	return does;
}

Test(judge, what_lasts_was_born_in_one_frame_that_is_as_the_row_says)
{
	struct policy_finding finding = {SOCKET};

	cr_expect(lasts("function: 'carrier_*'", finding));
	cr_expect(lasts("module: 'libmux.so*'", finding));
	cr_expect(lasts("module: /usr/lib/libmux.so.2", finding));
	cr_expect(lasts("function: '*push_back*', module: 'libmux*'", finding));
	cr_expect(lasts("class: udp", finding));
	cr_expect(lasts("class: 'u*', function: carrier_bind_socket", finding));
	cr_expect_not(lasts("function: 'carrier_*', module: 'libmux*'", finding));
	cr_expect_not(lasts("function: carrier", finding));
	cr_expect_not(lasts("class: tcp, function: carrier_bind_socket", finding));
	finding.frame_count = 0;
	cr_expect_not(lasts("function: 'carrier_*'", finding));
	cr_expect(lasts("class: udp", finding));
}

Test(judge, an_act_does_not_last)
{
	struct policy_finding finding = {SOCKET};

	finding.rule = "double-close";
	finding.state = "broken";
	cr_expect_not(lasts("function: 'carrier_*'", finding));
}

Test(judge, what_is_ignored_is_not_excused_but_meets_its_lines)
{
	struct policy *policy = begin();
	struct policy_verdict verdict;
	size_t count;

	take(policy, policy_parse_file, "p", "severities: [{rule: fd-leak, level: ignore}]");
	take(policy, policy_parse_suppressions, "s", SUPPRESSION);
	verdict = judge_one(policy, true, (struct policy_finding){SOCKET});
	cr_expect_eq(verdict.level, POLICY_IGNORE);
	cr_expect_eq(verdict.reason, POLICY_SEVERITY);
	cr_expect_not(verdict.fails);
	cr_expect_eq(policy_uses(policy, &count)[0].met, 1);
	cr_expect_eq(policy_uses(policy, &count)[0].findings, 0);
	policy_destroy(policy);
}

Test(judge, uses_are_in_the_order_of_files_and_lines)
{
	struct policy *policy = begin();
	const struct policy_use *uses;
	size_t count;

	take(policy, policy_parse_file, "p",
	     "process-lifetime:\n  - {function: f, module: m, class: c}\n"
	     "budgets:\n  - {kind: task, max: 1}\n  - {state: leaked, kind: fd, max: 0}\n");
	take(policy, policy_parse_suppressions, "s", "leak:x\n");
	take(policy, policy_parse_file, "q",
	     "process-lifetime: [{class: d}]\nbudgets: [{kind: timer, max: 2}]\n");
	cr_assert_eq(policy_judge(policy, false, NULL, 0, NULL), 0);
	uses = policy_uses(policy, &count);
	cr_assert_eq(count, 6);
	cr_expect_str_eq(uses[0].text, "function f, module m, class c");
	cr_expect_eq(uses[0].reason, POLICY_PROCESS_LIFETIME);
	cr_expect_str_eq(uses[1].text, "kind task, max 1");
	cr_expect_str_eq(uses[2].text, "state leaked, kind fd, max 0");
	cr_expect_eq(uses[2].max, 0);
	cr_expect_eq(uses[2].line, 5);
	cr_expect_str_eq(uses[3].path, "s");
	cr_expect_str_eq(uses[4].path, "q");
	cr_expect_str_eq(uses[4].text, "class d");
	policy_destroy(policy);
}

Test(judge, what_is_unknown_of_a_finding_is_no_trouble)
{
	struct policy_finding finding = {.count = 1};
	struct policy_verdict verdict;
	struct policy *policy = begin();

	take(policy, policy_parse_file, "p",
	     "severities: [{class: a, scope: b, rule: fd-leak, level: note}]\n" LIFETIME BUDGET);
	take(policy, policy_parse_suppressions, "s", "leak:*\n");
	take(policy, policy_parse_baseline, "b", BASELINE);
	verdict = judge_one(policy, false, finding);
	cr_expect(verdict.fails);
	cr_expect_eq(verdict.reason, POLICY_BY_STATE);
	policy_destroy(policy);
}
