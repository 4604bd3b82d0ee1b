/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of each line of a policy, whether it met anything or not. */
#include "policy.inc.c"

Test(uses, every_row_is_told_in_the_order_of_the_file)
{
	static const char *const texts[] = {
		"class udp, max 3", "rule fd-leak, class u*, level error", "function carier",
		"scope Peer, level note", "fd-leak:carrier"};
	static const uint64_t met[] = {0, 1, 0, 0, 1};
	struct policy *policy = begin();
	const struct policy_use *uses;
	size_t count;

	take(policy, policy_parse_file, "p",
	     "budgets:\n  - {class: udp, max: 3}\n"
	     "severities:\n  - {rule: fd-leak, class: 'u*', level: error}\n"
	     "process-lifetime:\n  - {function: carier}\n");
	take(policy, policy_parse_file, "p",
	     "\n\n\n\n\n\n\nseverities:\n  - {scope: Peer, level: note}\n");
	take(policy, policy_parse_suppressions, "s", "fd-leak:carrier\n");
	for (int again = 0; again < 2; again++) {
		judge_one(policy, false, (struct policy_finding){SOCKET});
		uses = policy_uses(policy, &count);
		cr_assert_eq(count, 5);
		for (size_t i = 0; i < count; i++) {
			cr_expect_str_eq(uses[i].text, texts[i], "%zu: %s", i, uses[i].text);
			cr_expect_eq(uses[i].met, met[i], "%s", texts[i]);
		}
	}
	policy_destroy(policy);
}

Test(uses, the_lines_of_settings_that_name_files_are_known)
{
	const struct policy_settings *settings;
	struct policy *policy = begin();

	take(policy, policy_parse_file, "p",
	     "strict: true\nsuppressions:\n  - a.supp\n  - b.supp\nbaseline: c.jsonl\n");
	settings = policy_settings(policy);
	cr_expect_eq(settings->suppressions.lines[0], 3);
	cr_expect_eq(settings->suppressions.lines[1], 4);
	cr_expect_eq(settings->baseline_line, 5);
	policy_destroy(policy);
}

Test(uses, a_key_with_blanks_and_a_comment_are_no_part_of_a_pattern)
{
	expect_error(policy_parse_suppressions, "fd-leak:x # why\n",
		     "1: a comment is a line of its own");
	expect_error(policy_parse_suppressions, "fd-leak:x max = 1\n",
		     "1: max= stands without blanks");
	expect_error(policy_parse_suppressions, "fd-leak:x reason  =why\n",
		     "1: reason= stands without blanks");
	cr_expect_not(passes("leak:x::operator =\n", (struct policy_finding){SOCKET}));
	cr_expect_not(passes("leak:{closure#0} max\n", (struct policy_finding){SOCKET}));
}
