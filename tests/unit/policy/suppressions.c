/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.inc.c"

#define SUPPRESSED(...) passes(__VA_ARGS__, (struct policy_finding){SOCKET})

Test(suppressions, a_pattern_is_a_part_of_a_function_a_file_or_a_module_of_any_frame)
{
	cr_expect(SUPPRESSED("fd-leak:bind_sock"));
	cr_expect(SUPPRESSED("fd-leak:net/carrier.c"));
	cr_expect(SUPPRESSED("fd-leak:libmux"));
	cr_expect(SUPPRESSED("fd-leak:push_back"));
	cr_expect_not(SUPPRESSED("fd-leak:bind_socks"));
	cr_expect_not(SUPPRESSED("fd-leak:udp"));
	cr_expect_not(SUPPRESSED("fd-leak:1 socket"));
}

Test(suppressions, a_star_is_anything_and_nothing)
{
	cr_expect(SUPPRESSED("fd-leak:*"));
	cr_expect(SUPPRESSED("fd-leak:carrier*socket"));
	cr_expect(SUPPRESSED("fd-leak:carrier*_bind"));
	cr_expect(SUPPRESSED("fd-leak:^car**k*t$"));
	cr_expect_not(SUPPRESSED("fd-leak:socket*carrier"));
}

Test(suppressions, anchors_hold_a_pattern_at_the_ends)
{
	cr_expect(SUPPRESSED("fd-leak:^carrier_bind_socket$"));
	cr_expect(SUPPRESSED("fd-leak:^carrier"));
	cr_expect(SUPPRESSED("fd-leak:socket$"));
	cr_expect(SUPPRESSED("fd-leak:^*socket$"));
	cr_expect_not(SUPPRESSED("fd-leak:^bind"));
	cr_expect_not(SUPPRESSED("fd-leak:bind$"));
	cr_expect_not(SUPPRESSED("fd-leak:^carrier_bind$"));
}

/* Where the first place that fits is not the one before the end. */
Test(suppressions, an_end_is_found_behind_an_earlier_place_that_fits)
{
	const struct policy_frame frame = {.function = "get_get"};
	struct policy_finding finding = {
		.rule = "fd-leak", .state = "leaked", .frames = &frame, .frame_count = 1};

	cr_expect(passes("fd-leak:get$", finding));
	cr_expect(passes("fd-leak:^*_*t$", finding));
	cr_expect_not(passes("fd-leak:get_$", finding));
}

Test(suppressions, an_anchor_is_that_of_the_last_part_of_a_path_too)
{
	cr_expect(SUPPRESSED("fd-leak:^libmux.so.2$"));
	cr_expect(SUPPRESSED("fd-leak:^/usr/lib/libmux.so.2$"));
	cr_expect(SUPPRESSED("fd-leak:^carrier.c$"));
	cr_expect_not(SUPPRESSED("fd-leak:^mux.so.2$"));
}

Test(suppressions, names_of_cpp_are_patterns_with_their_blanks_and_templates)
{
	cr_expect(SUPPRESSED("fd-leak:std::vector<int, std::allocator<int> >::push_back(int&&)"));
	cr_expect(SUPPRESSED(
		"fd-leak:^std::vector<int, std::allocator<int> >::push_back(int&&)$ max=3 "
		"reason=it keeps one"));
	cr_expect(SUPPRESSED("fd-leak:std::vector<*>::push_back"));
	cr_expect_not(SUPPRESSED("fd-leak:std::vector<char, *>::push_back"));
}

Test(suppressions, an_assignment_operator_is_no_key)
{
	const struct policy_frame frame = {.function = "T& T::operator=(T&&) [with max]"};
	struct policy_finding finding = {
		.rule = "fd-leak", .state = "leaked", .frames = &frame, .frame_count = 1};

	cr_expect(passes("fd-leak:^T& T::operator=(T&&)", finding));
	cr_expect(passes("fd-leak:& T::operator=(T&&) [with max]$ max=2", finding));
}

Test(suppressions, a_key_is_a_word_of_its_own)
{
	const struct policy_frame frame = {.function = "f [a_max=3 its_reason=x]"};
	struct policy_finding finding = {
		.rule = "fd-leak", .state = "leaked", .frames = &frame, .frame_count = 1};

	cr_expect(passes("fd-leak:^f [a_max=3 its_reason=x]$", finding));
	finding.count = 9;
	cr_expect(passes("fd-leak:^f [a_max=3 its_reason=x]$", finding));
}

Test(suppressions, a_dollar_inside_is_a_character)
{
	const struct policy_frame frame = {.function = "main::$_0::operator()"};
	struct policy_finding finding = {
		.rule = "fd-leak", .state = "leaked", .frames = &frame, .frame_count = 1};

	cr_expect(passes("fd-leak:^main::$_0::operator()$", finding));
	cr_expect_not(passes("fd-leak:main::$_1", finding));
}

Test(suppressions, leak_is_every_rule_about_what_is_left_alive_and_no_act)
{
	struct policy_finding finding = {SOCKET};

	cr_expect(passes("leak:carrier", finding));
	finding.rule = "ref-cycle";
	cr_expect(passes("leak:carrier", finding));
	cr_expect_not(passes("fd-leak:carrier", finding));
	finding.rule = "double-close";
	finding.state = "broken";
	cr_expect_not(passes("leak:carrier", finding));
	cr_expect(passes("double-close:carrier", finding));
}

Test(suppressions, the_rule_under_which_each_kind_leaks_is_a_leak)
{
	/* clang-format off */
	enum {
#define TRACK_RULE(id, name, text, judge, ...) id,
#include <track/rules.def>
#undef TRACK_RULE
	};
	static const char *const names[] = {
#define TRACK_RULE(id, name, text, judge, ...) name,
#include <track/rules.def>
#undef TRACK_RULE
	};
	static const int leaks[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) rule,
#include <track/kinds.def>
#undef TRACK_KIND
	};
	/* clang-format on */
	struct policy_finding finding = {SOCKET};

	for (size_t i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++) {
		finding.rule = names[leaks[i]];
		cr_expect(passes("leak:carrier", finding), "%s", finding.rule);
	}
}

Test(suppressions, a_finding_without_frames_is_named_by_its_culprit_or_by_a_star)
{
	struct policy_finding finding = {.rule = "fd-leak", .state = "leaked", .culprit = "opener"};

	cr_expect(passes("fd-leak:^opener$", finding));
	cr_expect_not(passes("fd-leak:^opener2$", finding));
	finding.culprit = NULL;
	cr_expect(passes("fd-leak:*", finding));
	cr_expect_not(passes("fd-leak:o*", finding));
}

Test(suppressions, comments_blank_lines_and_dos_line_ends_are_nothing)
{
	struct policy *policy = begin();
	size_t count;

	take(policy, policy_parse_suppressions, "a/s.supp",
	     "\xef\xbb\xbf# head\r\n\r\n\t \n  # more\n\tfd-leak:carrier\tmax=2\treason= two, "
	     "no more \r\nleak: libmux");
	judge_one(policy, false, (struct policy_finding){SOCKET});
	const struct policy_use *uses = policy_uses(policy, &count);

	cr_assert_eq(count, 2);
	cr_expect_eq(uses[0].line, 5);
	cr_expect_eq(uses[0].reason, POLICY_SUPPRESSED);
	cr_expect_str_eq(uses[0].path, "a/s.supp");
	cr_expect_str_eq(uses[0].text, "fd-leak:carrier max=2 reason= two, no more");
	cr_expect_str_eq(uses[0].why, "two, no more");
	cr_expect_eq(uses[0].max, 2);
	cr_expect_eq(uses[0].findings, 1);
	cr_expect_eq(uses[1].line, 6);
	cr_expect_eq(uses[1].max, UINT64_MAX);
	cr_expect_null(uses[1].why);
	cr_expect_eq(uses[1].met, 0);
	policy_destroy(policy);
}

Test(suppressions, every_wrong_line_is_told_with_its_number)
{
	expect_errors(policy_parse_suppressions,
		      "nothing\nfd-lek:x\n# fine\nfd-leak:\nleak:^$ max=2\nfd-leak:x max=0\n"
		      "fd-leak:x max=2x\nfd-leak:x max=2 max=3\nfd-leak:x mx=2\nfd-leak:x "
		      "reson=y\nfd-leak:x reason=\nfd-leak:x reason=y max=2\nfd-leak:ok\n"
		      "fd-leak:reason=a b\n",
		      "1: a suppression is KIND:PATTERN, as fd-leak:open_socket, not 'nothing'\n"
		      "2: kind 'fd-lek' is unknown; did you mean 'fd-leak'? kinds are: leak, "
		      "fd-leak, thread-leak, growth, double-close, exhaustion, use-after-close, "
		      "ref-leak, callback-unfired, task-orphaned, timer-leak, scope-unclosed, "
		      "ref-cycle, over-release, callback-dropped, callback-double-fire, "
		      "callback-after-close, task-lost-waker, close-order, teardown-deadlock, "
		      "lock-order\n"
		      "4: it has no pattern behind the kind; * stands for anything\n"
		      "5: it has no pattern behind the kind; * stands for anything\n"
		      "6: max is a number from 1 to 1000000000, not '0'\n"
		      "7: max is a number from 1 to 1000000000, not '2x'\n"
		      "8: max is a number from 1 to 1000000000, not '2 max=3'\n"
		      "9: 'mx=' is unknown; did you mean 'max='? it may be followed by: max=N, "
		      "reason=the rest of the line\n"
		      "10: 'reson=' is unknown; did you mean 'reason='? it may be followed by: "
		      "max=N, reason=the rest of the line\n"
		      "11: reason= gives no reason\n"
		      "12: max= stands before reason=, which is the rest of the line\n"
		      "14: it has no pattern behind the kind; * stands for anything\n");
}

Test(suppressions, a_file_with_an_error_is_not_used_at_all)
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy = begin();
	static const char text[] = "fd-leak:carrier\nfd-lek:x\n";
	size_t count;

	cr_expect_eq(policy_parse_suppressions(policy, "s", text, strlen(text), &errors), -EINVAL);
	cr_expect(judge_one(policy, false, (struct policy_finding){SOCKET}).fails);
	policy_uses(policy, &count);
	cr_expect_eq(count, 0);
	schema_errors_clear(&errors);
	policy_destroy(policy);
}

Test(suppressions, bytes_that_are_no_text_are_told_by_line)
{
	static const char text[] = "fd-leak:a\0b\nfd-leak:\xff\nfd-leak:a\x1b[1m\nfd-leak:ok\n"
				   "fd-leak:\xc3\xa9t\xc3\xa9\n";
	char *found = errors_of_bytes(policy_parse_suppressions, text, sizeof(text) - 1);

	cr_expect_str_eq(found, "1: it holds a zero byte\n"
				"2: it holds a control character, or what is no UTF-8\n"
				"3: it holds a control character, or what is no UTF-8\n");
	free(found);
}

/* Inside of a file that may be so long, and beyond it. */
Test(suppressions, lines_and_files_without_end_are_refused)
{
	size_t size = 10u << 20, fine = 3u << 20;
	char *text = malloc(size), *found;

	cr_assert_not_null(text);
	memset(text, 'x', size);
	found = errors_of_bytes(policy_parse_suppressions, text, size);
	cr_expect_str_eq(found, "0: it has more than 4194304 bytes\n");
	free(found);
	found = errors_of_bytes(policy_parse_suppressions, text, fine);
	cr_expect_str_eq(found, "1: the line has 3145728 bytes; at most 65536 are read\n");
	free(found);
	free(text);
}

Test(suppressions, max_is_a_bound_of_the_sum_beyond_which_all_fail)
{
	struct policy_finding findings[] = {{SOCKET}, {SOCKET}};
	struct policy_verdict verdicts[2];
	struct policy *policy = begin();
	size_t count;

	take(policy, policy_parse_suppressions, "s.supp", "# x\nfd-leak:carrier max=3\n");
	findings[0].count = 1;
	findings[1].count = 2;
	cr_assert_eq(policy_judge(policy, false, findings, 2, verdicts), 0);
	cr_expect_not(verdicts[0].fails);
	cr_expect_not(verdicts[1].fails);
	cr_expect_eq(policy_uses(policy, &count)[0].resources, 3);
	cr_expect_eq(policy_uses(policy, &count)[0].findings, 2);
	findings[1].count = 3;
	cr_assert_eq(policy_judge(policy, false, findings, 2, verdicts), 0);
	for (int i = 0; i < 2; i++) {
		cr_expect(verdicts[i].fails);
		cr_expect_eq(verdicts[i].reason, POLICY_SUPPRESSED);
		cr_expect_str_eq(verdicts[i].path, "s.supp");
		cr_expect_eq(verdicts[i].line, 2);
		cr_expect_eq(verdicts[i].found, 4);
		cr_expect_eq(verdicts[i].allowed, 3);
	}
	cr_expect_eq(policy_uses(policy, &count)[0].findings, 0);
	cr_expect_eq(policy_uses(policy, &count)[0].met, 2);
	policy_destroy(policy);
}

Test(suppressions, max_is_not_about_what_would_not_fail)
{
	struct policy_finding findings[] = {{SOCKET}, {SOCKET}};
	struct policy_verdict verdicts[2];
	struct policy *policy = begin();

	take(policy, policy_parse_suppressions, "s.supp", "fd-leak:carrier max=1\n");
	findings[1].state = "late";
	cr_assert_eq(policy_judge(policy, false, findings, 2, verdicts), 0);
	cr_expect_not(verdicts[0].fails);
	findings[1].state = "at-exit";
	cr_assert_eq(policy_judge(policy, false, findings, 2, verdicts), 0);
	cr_expect_not(verdicts[0].fails);
	cr_expect_eq(verdicts[1].reason, POLICY_SUPPRESSED);
	cr_assert_eq(policy_judge(policy, true, findings, 2, verdicts), 0);
	cr_expect(verdicts[0].fails && verdicts[1].fails);
	policy_destroy(policy);
}

Test(suppressions, of_two_lines_that_fit_the_first_is_used)
{
	struct policy *policy = begin();
	const struct policy_use *uses;
	size_t count;

	take(policy, policy_parse_suppressions, "a.supp", "fd-leak:carrier\n");
	take(policy, policy_parse_suppressions, "b.supp", "leak:carrier\nref-leak:x\n");
	cr_expect_str_eq(judge_one(policy, false, (struct policy_finding){SOCKET}).path, "a.supp");
	uses = policy_uses(policy, &count);
	cr_assert_eq(count, 3);
	cr_expect_eq(uses[0].met, 1);
	cr_expect_eq(uses[1].met, 0);
	cr_expect_eq(uses[2].met, 0);
	policy_destroy(policy);
}

/* Each generated line is read back, and lets its finding pass. */
static void expect_line(struct policy_finding finding, const char *expected)
{
	char line[256];

	cr_assert_eq(policy_suppression_of(&finding, line, sizeof(line)), 0);
	cr_expect_str_eq(line, expected, "%s", line);
	cr_expect(passes(line, finding), "%s", line);
}

Test(suppressions, the_line_of_a_finding_names_its_function)
{
	struct policy_finding finding = {SOCKET};

	expect_line(finding, "fd-leak:^carrier_bind_socket$");
	finding.culprit = "std::map<K, V>::operator[](K const&)";
	expect_line(finding, "fd-leak:^std::map<K, V>::operator[](K const&)$");
	finding.culprit = "f(char*)";
	expect_line(finding, "fd-leak:^f(char*)$");
}

Test(suppressions, the_line_of_a_finding_without_a_function_names_its_module)
{
	struct policy_finding finding = {SOCKET};

	finding.culprit = NULL;
	expect_line(finding, "fd-leak:^dc$");
	finding.culprit_module = "/opt/libx.so.1";
	expect_line(finding, "fd-leak:^libx.so.1$");
	finding.culprit_module = NULL;
	finding.frames++;
	finding.frame_count--;
	expect_line(finding, "fd-leak:^libmux.so.2$");
}

Test(suppressions, hostile_names_make_one_line_that_says_nothing_else)
{
	struct policy_finding finding = {.rule = "fd-leak", .state = "leaked"};

	finding.culprit = "f\nleak:*";
	expect_line(finding, "fd-leak:^f*leak:*$");
	finding.culprit = "f reason=x max=2";
	expect_line(finding, "fd-leak:^f*reason=x*max=2$");
	finding.culprit = "f mx=1 ";
	expect_line(finding, "fd-leak:^f*mx=1 $");
	finding.culprit = "f max = 5 # why";
	expect_line(finding, "fd-leak:^f*max*= 5*# why$");
	finding.culprit = "^f$";
	expect_line(finding, "fd-leak:^^f$$");
	finding.culprit = "f\xff\xc3(";
	expect_line(finding, "fd-leak:^f**($");
}

Test(suppressions, a_finding_of_which_nothing_is_known_has_no_line)
{
	struct policy_finding finding = {.rule = "fd-leak", .culprit = ""};
	char line[16];

	cr_expect_eq(policy_suppression_of(&finding, line, sizeof(line)), -ENOENT);
	finding.culprit = "a_long_name";
	cr_expect_eq(policy_suppression_of(&finding, line, sizeof(line)), -ENOSPC);
}
