/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.inc.c"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder of the test's own, and a file in it. */
static char folder[] = "/tmp/rtctrack-baseline-XXXXXX", path[64];

static void make_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/leaks.jsonl", folder);
}

static void remove_folder(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(baseline, .init = make_folder, .fini = remove_folder);

static void put(const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
}

static void expect_file(const char *expected)
{
	char text[8192];
	FILE *file = fopen(path, "r");
	size_t size;

	cr_assert_not_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[size] = '\0';
	cr_expect_str_eq(text, expected, "%s", text);
}

static struct policy *load(void)
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy = begin();
	int r = policy_set_baseline(policy, path, &errors);

	cr_assert_eq(r, 0, "%s", errors.count ? errors.items[0].text : strerror(-r));
	return policy;
}

#define LINE(fingerprint, allowed)                                                                 \
	"{\"fingerprint\":\"00000000000000" fingerprint "\",\"allowed\":" #allowed                 \
	",\"rule\":\"fd-leak\",\"class\":\"udp\",\"culprit\":\"f\"}\n"

static struct policy_finding found(const char *fingerprint, uint64_t count)
{
	struct policy_finding finding = {SOCKET};

	finding.fingerprint = fingerprint;
	finding.count = count;
	return finding;
}

Test(baseline, is_written_sorted_with_a_line_per_fingerprint)
{
	struct policy_finding findings[] = {
		found("00000000000000bb", 2), found("00000000000000aa", 1),
		found("00000000000000bb", 3), found("ff000000000000aa", 1)};

	findings[1].message = "a \"b\" \xc3\xa9\n";
	findings[1].culprit = NULL;
	cr_assert_eq(policy_write_baseline(path, findings, 4), 0);
	expect_file("{\"fingerprint\":\"00000000000000aa\",\"allowed\":1,\"in_one\":1,\"rule\":"
		    "\"fd-leak\","
		    "\"state\":\"leaked\",\"kind\":\"fd\",\"class\":\"udp\","
		    "\"message\":\"a \\\"b\\\" \xc3\xa9 \"}\n"
		    "{\"fingerprint\":\"00000000000000bb\",\"allowed\":5,\"in_one\":5,\"rule\":"
		    "\"fd-leak\","
		    "\"state\":\"leaked\",\"kind\":\"fd\",\"class\":\"udp\",\"culprit\":\"carrier_"
		    "bind_socket\",\"message\":\"1 socket\"}\n"
		    "{\"fingerprint\":\"ff000000000000aa\",\"allowed\":1,\"in_one\":1,\"rule\":"
		    "\"fd-leak\","
		    "\"state\":\"leaked\",\"kind\":\"fd\",\"class\":\"udp\",\"culprit\":\"carrier_"
		    "bind_socket\",\"message\":\"1 socket\"}\n");
}

Test(baseline, lets_pass_what_it_was_written_of)
{
	struct policy_finding findings[] = {found("00000000000000bb", 2),
					    found("00000000000000aa", 1)};
	struct policy_verdict verdicts[2];
	struct policy *policy;
	size_t fixed;

	cr_assert_eq(policy_write_baseline(path, findings, 2), 0);
	policy = load();
	cr_assert_eq(policy_judge(policy, true, findings, 2, verdicts), 0);
	for (int i = 0; i < 2; i++) {
		cr_expect_not(verdicts[i].fails);
		cr_expect_eq(verdicts[i].reason, POLICY_BASELINE);
		cr_expect_eq(verdicts[i].novelty, POLICY_KNOWN);
		cr_expect_str_eq(verdicts[i].path, path);
	}
	cr_expect_eq(verdicts[0].line, 2);
	cr_expect_eq(verdicts[0].allowed, 2);
	policy_fixed(policy, &fixed);
	cr_expect_eq(fixed, 0);
	policy_destroy(policy);
}

Test(baseline, writing_replaces_no_file)
{
	struct policy_finding finding = found("00000000000000aa", 1);

	put("mine\n");
	cr_expect_eq(policy_write_baseline(path, &finding, 1), -EEXIST);
	expect_file("mine\n");
	cr_expect_eq(policy_write_baseline("/nowhere/at/all", &finding, 1), -ENOENT);
}

Test(baseline, what_has_no_fingerprint_is_refused_and_nothing_is_written)
{
	struct policy_finding finding = found("aa", 1);

	cr_expect_eq(policy_write_baseline(path, &finding, 1), -EINVAL);
	finding.fingerprint = NULL;
	cr_expect_eq(policy_write_baseline(path, &finding, 1), -EINVAL);
	cr_expect_neq(access(path, F_OK), 0);
}

Test(baseline, more_and_new_fail_and_say_so)
{
	struct policy_finding findings[] = {found("00000000000000aa", 2),
					    found("00000000000000aa", 2),
					    found("00000000000000cc", 1)};
	struct policy_verdict verdicts[3];
	struct policy *policy;

	put("\n" LINE("aa", 3));
	policy = load();
	cr_assert_eq(policy_judge(policy, false, findings, 3, verdicts), 0);
	for (int i = 0; i < 2; i++) {
		cr_expect(verdicts[i].fails);
		cr_expect_eq(verdicts[i].reason, POLICY_BASELINE);
		cr_expect_eq(verdicts[i].novelty, POLICY_MORE);
		cr_expect_eq(verdicts[i].line, 2);
		cr_expect_eq(verdicts[i].found, 4);
		cr_expect_eq(verdicts[i].allowed, 3);
	}
	cr_expect(verdicts[2].fails);
	cr_expect_eq(verdicts[2].reason, POLICY_BY_STATE);
	cr_expect_eq(verdicts[2].novelty, POLICY_NEW);
	policy_destroy(policy);
}

Test(baseline, is_not_about_what_is_suppressed)
{
	struct policy_finding findings[] = {found("00000000000000aa", 1),
					    found("00000000000000aa", 1)};
	struct policy_verdict verdicts[2];
	struct policy *policy;

	put(LINE("aa", 1));
	policy = load();
	take(policy, policy_parse_suppressions, "s", "leak:libmux\n");
	findings[1].frame_count = 1;
	cr_assert_eq(policy_judge(policy, false, findings, 2, verdicts), 0);
	cr_expect_eq(verdicts[0].reason, POLICY_SUPPRESSED);
	cr_expect_not(verdicts[1].fails);
	cr_expect_eq(verdicts[1].found, 1);
	policy_destroy(policy);
}

Test(baseline, an_empty_one_allows_nothing)
{
	struct policy *policy;

	put("");
	policy = load();
	cr_expect_eq(judge_one(policy, false, (struct policy_finding){SOCKET}).novelty, POLICY_NEW);
	policy_destroy(policy);
	policy = begin();
	cr_expect_eq(judge_one(policy, false, (struct policy_finding){SOCKET}).novelty,
		     POLICY_NO_BASELINE);
	policy_destroy(policy);
}

Test(baseline, what_is_gone_or_fewer_is_told_as_fixed)
{
	struct policy_finding finding = found("00000000000000bb", 1);
	const struct policy_fixed *fixed;
	struct policy *policy;
	size_t count;

	put(LINE("aa", 3) LINE("bb", 2) LINE("cc", 1));
	policy = load();
	cr_expect_not(judge_one(policy, false, finding).fails);
	fixed = policy_fixed(policy, &count);
	cr_assert_eq(count, 3);
	cr_expect_str_eq(fixed[0].fingerprint, "00000000000000aa");
	cr_expect_str_eq(fixed[0].rule, "fd-leak");
	cr_expect_str_eq(fixed[0].class_name, "udp");
	cr_expect_str_eq(fixed[0].culprit, "f");
	cr_expect_eq(fixed[0].allowed, 3);
	cr_expect_eq(fixed[0].found, 0);
	cr_expect_eq(fixed[1].found, 1);
	cr_expect_eq(fixed[1].line, 2);
	policy_destroy(policy);
}

Test(baseline, what_is_suppressed_or_undecided_is_not_fixed)
{
	struct policy_finding findings[] = {found("00000000000000aa", 1),
					    found("00000000000000bb", 1),
					    found("00000000000000cc", 1)};
	struct policy_verdict verdicts[3];
	struct policy *policy;
	size_t count;

	put(LINE("aa", 1) LINE("bb", 1) LINE("cc", 1));
	policy = load();
	take(policy, policy_parse_suppressions, "s", "ref-leak:carrier\n");
	findings[0].rule = "ref-leak";
	findings[1].state = "recheck";
	findings[2].state = "late";
	cr_assert_eq(policy_judge(policy, false, findings, 3, verdicts), 0);
	cr_expect_eq(verdicts[0].reason, POLICY_SUPPRESSED);
	cr_expect_str_eq(policy_fixed(policy, &count)[0].fingerprint, "00000000000000cc");
	cr_expect_eq(count, 1);
	policy_destroy(policy);
}

Test(baseline, an_update_only_lowers)
{
	struct policy_finding findings[] = {
		found("00000000000000aa", 1), found("00000000000000bb", 9),
		found("00000000000000cc", 2), found("00000000000000ee", 1),
		found("00000000000000ee", 1)};
	struct policy_verdict verdicts[5];
	struct policy_update update;
	struct policy *policy;
	struct stat st;

	put(LINE("dd", 1) "\n" LINE("cc", 2) LINE(
		"bb",
		3) "{\"allowed\": 4, \"note\": \"ours\", \"fingerprint\": \"00000000000000aa\"}\n");
	cr_assert_eq(chmod(path, 0640), 0);
	policy = load();
	cr_assert_eq(policy_judge(policy, false, findings, 5, verdicts), 0);
	cr_assert_eq(policy_update_baseline(policy, &update), 0);
	cr_expect_eq(update.gone, 1);
	cr_expect_eq(update.lowered, 1);
	cr_expect_eq(update.kept, 2);
	cr_expect_eq(update.refused, 2);
	expect_file("{\"allowed\":1,\"note\":\"ours\",\"fingerprint\":\"00000000000000aa\"}\n" LINE(
		"bb", 3) LINE("cc", 2));
	cr_expect_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0640);
	policy_destroy(policy);
}

Test(baseline, an_update_that_changes_nothing_leaves_the_file_as_it_is)
{
	struct policy_finding finding = found("00000000000000aa", 5);
	struct policy_update update;
	struct policy *policy;

	put("\n" LINE("aa", 3));
	policy = load();
	judge_one(policy, false, finding);
	cr_assert_eq(policy_update_baseline(policy, &update), 0);
	cr_expect_eq(update.kept, 1);
	cr_expect_eq(update.refused, 1);
	expect_file("\n" LINE("aa", 3));
	policy_destroy(policy);
}

Test(baseline, an_update_writes_through_a_link_and_needs_a_baseline)
{
	struct policy_update update;
	struct policy *policy = begin();
	struct stat st;
	char real[64];

	cr_expect_eq(policy_update_baseline(policy, &update), -EINVAL);
	policy_destroy(policy);
	put(LINE("aa", 1));
	snprintf(real, sizeof(real), "%s/real", folder);
	cr_assert_eq(rename(path, real), 0);
	cr_assert_eq(symlink("real", path), 0);
	policy = load();
	cr_assert_eq(policy_judge(policy, false, NULL, 0, NULL), 0);
	cr_assert_eq(policy_update_baseline(policy, &update), 0);
	cr_expect_eq(lstat(path, &st), 0);
	cr_expect(S_ISLNK(st.st_mode));
	expect_file("");
	policy_destroy(policy);
}

/* Alive at the end of so many sessions, of which each left slope. */
static struct policy_finding grown(uint64_t sessions, double slope)
{
	struct policy_finding finding = found("00000000000000aa", (uint64_t)(slope * sessions));

	finding.state = "growing";
	finding.grows = true;
	finding.slope = slope;
	finding.sessions = sessions;
	return finding;
}

static struct policy *load_grown(uint64_t sessions, double slope)
{
	struct policy_finding finding = grown(sessions, slope);

	cr_assert_eq(policy_write_baseline(path, &finding, 1), 0);
	return load();
}

static size_t fixed_of(const struct policy *policy)
{
	size_t count;

	policy_fixed(policy, &count);
	return count;
}

Test(baseline, growth_is_compared_by_its_slope)
{
	struct policy *policy = load_grown(50, 1);
	struct policy_verdict verdict;

	verdict = judge_one(policy, false, grown(20, 2));
	cr_expect(verdict.fails);
	cr_expect_eq(verdict.novelty, POLICY_MORE);
	cr_expect_float_eq(verdict.slope_was, 1, 1e-9);
	cr_expect_float_eq(verdict.slope, 2, 1e-9);
	cr_expect_not(judge_one(policy, false, grown(500, 1)).fails);
	cr_expect_not(judge_one(policy, false, grown(50, 1.05)).fails);
	cr_expect(judge_one(policy, false, grown(50, 1.2)).fails);
	policy_destroy(policy);
}

Test(baseline, growth_in_fewer_sessions_is_neither_fixed_nor_lowered)
{
	struct policy *policy = load_grown(50, 1);
	struct policy_update update;

	policy_set_sessions(policy, 20);
	cr_expect_not(judge_one(policy, false, grown(20, 0.5)).fails);
	cr_expect_eq(fixed_of(policy), 0);
	cr_assert_eq(policy_update_baseline(policy, &update), 0);
	cr_expect_eq(update.kept, 1);
	cr_assert_eq(policy_judge(policy, false, NULL, 0, NULL), 0);
	cr_expect_eq(fixed_of(policy), 0);
	policy_set_sessions(policy, 50);
	cr_assert_eq(policy_judge(policy, false, NULL, 0, NULL), 0);
	cr_expect_eq(fixed_of(policy), 1);
	policy_destroy(policy);
}

Test(baseline, growth_that_became_slower_is_lowered)
{
	struct policy *policy = load_grown(50, 2);
	struct policy_update update;

	policy_set_sessions(policy, 60);
	judge_one(policy, false, grown(60, 0.5));
	cr_expect_eq(fixed_of(policy), 1);
	cr_assert_eq(policy_update_baseline(policy, &update), 0);
	cr_expect_eq(update.lowered, 1);
	policy_destroy(policy);
	expect_file("{\"fingerprint\":\"00000000000000aa\",\"allowed\":30,\"in_one\":30,\"rule\":"
		    "\"fd-leak\","
		    "\"state\":\"growing\",\"kind\":\"fd\",\"class\":\"udp\","
		    "\"culprit\":\"carrier_bind_socket\",\"message\":\"1 socket\","
		    "\"slope\":0.5,\"sessions\":60}\n");
}

Test(baseline, growth_of_a_line_without_slope_is_compared_by_its_count)
{
	struct policy *policy;

	put(LINE("aa", 50));
	policy = load();
	cr_expect_not(judge_one(policy, false, grown(20, 2)).fails);
	cr_expect(judge_one(policy, false, grown(60, 1)).fails);
	policy_destroy(policy);
}

Test(baseline, a_state_that_is_graver_is_more)
{
	struct policy_finding finding = found("00000000000000aa", 1);
	struct policy_verdict verdict;
	struct policy *policy;

	finding.state = "at-exit";
	cr_assert_eq(policy_write_baseline(path, &finding, 1), 0);
	policy = load();
	cr_expect_not(judge_one(policy, true, finding).fails);
	finding.state = "leaked";
	verdict = judge_one(policy, false, finding);
	cr_expect(verdict.fails);
	cr_expect_eq(verdict.novelty, POLICY_MORE);
	cr_expect_str_eq(verdict.state_was, "at-exit");
	policy_destroy(policy);
}

Test(baseline, a_line_is_written_of_the_gravest_state_of_a_fingerprint)
{
	struct policy_finding findings[] = {found("00000000000000aa", 1),
					    found("00000000000000aa", 1)};
	struct policy_verdict verdicts[2];
	struct policy *policy;

	findings[0].state = "at-exit";
	cr_assert_eq(policy_write_baseline(path, findings, 2), 0);
	policy = load();
	cr_assert_eq(policy_judge(policy, true, findings, 2, verdicts), 0);
	cr_expect_not(verdicts[0].fails);
	cr_expect_not(verdicts[1].fails);
	policy_destroy(policy);
}

Test(baseline, a_file_that_somebody_left_beside_it_blocks_nothing)
{
	struct policy_finding finding = found("00000000000000aa", 1);
	char other[128];
	FILE *file;

	snprintf(other, sizeof(other), "%s.%d.0.new", path, getpid());
	file = fopen(other, "w");
	cr_assert_not_null(file);
	fclose(file);
	cr_expect_eq(policy_write_baseline(path, &finding, 1), 0);
	cr_expect_eq(access(other, F_OK), 0);
}

Test(baseline, a_wrong_slope_or_state_is_told)
{
	expect_errors(policy_parse_baseline,
		      "{\"fingerprint\":\"00000000000000aa\",\"allowed\":1,\"slope\":-1}\n"
		      "{\"fingerprint\":\"00000000000000bb\",\"allowed\":1,\"slope\":\"2\","
		      "\"sessions\":0}\n",
		      "1: slope is a number above 0, not '-1'\n"
		      "2: sessions is a whole number from 1, not '0'\n"
		      "2: slope is a number above 0, not '2'\n");
	expect_error(policy_parse_baseline,
		     "{\"fingerprint\":\"00000000000000aa\",\"allowed\":1,\"state\":\"leakd\"}\n",
		     "1: state 'leakd' is unknown; did you mean 'leaked'?");
}

Test(baseline, every_wrong_line_is_told_with_its_number)
{
	expect_errors(
		policy_parse_baseline,
		LINE("aa", 1) "nonsense\n[1]\n{\"fingerprint\":\"00000000000000bb\"}\n"
			      "{\"fingerprnt\":\"00000000000000bb\",\"allowed\":1}\n"
			      "{\"fingerprint\":\"AB\",\"allowed\":0}\n"
			      "{\"fingerprint\":7,\"allowed\":\"3\"}\n"
			      "{\"fingerprint\":\"00000000000000bb\",\"allowed\":1.5}\n" LINE(
				      "aa", 2) "{\"fingerprint\":\"00000000000000cc\",\"allowed\":"
					       "1} x\n"
					       "<<<<<<< HEAD\n=======\n>>>>>>> theirs\n"
					       "{\"fingerprint\":\"00000000000000cc\"",
		"2: a line is {\"fingerprint\": ..., \"allowed\": ...}, not JSON: null expected\n"
		"3: a line is {\"fingerprint\": ..., \"allowed\": ...}\n"
		"4: it has no 'allowed'\n"
		"5: it has no 'fingerprint'; did you mean it by 'fingerprnt'?\n"
		"6: a fingerprint is 16 digits of 0-9a-f, not 'AB'\n"
		"6: allowed is a whole number from 1, not '0': what is not allowed has no line\n"
		"7: a fingerprint is 16 digits of 0-9a-f, not '7'\n"
		"7: allowed is a whole number from 1, not '3': what is not allowed has no line\n"
		"8: allowed is a whole number from 1, not '1.5': what is not allowed has no line\n"
		"9: line 1 has this fingerprint too: keep one of them\n"
		"10: a line is {\"fingerprint\": ..., \"allowed\": ...}, not JSON: unexpected "
		"character\n"
		"11: a merge was left unfinished here: keep the lines of both sides\n"
		"12: a merge was left unfinished here: keep the lines of both sides\n"
		"13: a merge was left unfinished here: keep the lines of both sides\n"
		"14: a line is {\"fingerprint\": ..., \"allowed\": ...}, not JSON: unexpected end "
		"of data\n");
}

Test(baseline, hostile_bytes_are_refused)
{
	static const char text[] = "{\"fingerprint\":\"0\0\"}\n{\"\xff\":1}\n"
				   "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n";
	size_t size = 10u << 20;
	char *found_text = errors_of_bytes(policy_parse_baseline, text, sizeof(text) - 1), *line;

	cr_expect_str_eq(found_text,
			 "1: it holds a zero byte\n"
			 "2: it holds a control character, or what is no UTF-8\n"
			 "3: a line is {\"fingerprint\": ..., \"allowed\": ...}, not "
			 "JSON: nesting too deep\n",
			 "%s", found_text);
	free(found_text);
	line = malloc(size);
	cr_assert_not_null(line);
	memset(line, '[', size);
	found_text = errors_of_bytes(policy_parse_baseline, line, size);
	cr_expect_str_eq(found_text, "1: the line has 10485760 bytes; at most 65536 are read\n");
	free(found_text);
	free(line);
}

Test(baseline, texts_of_it_are_made_harmless)
{
	struct policy *policy = begin();
	size_t count;

	take(policy, policy_parse_baseline, "b",
	     "{\"fingerprint\":\"00000000000000aa\",\"allowed\":1,\"rule\":\"\\u001b[1m\","
	     "\"class\":5,\"culprit\":\"a\\u0000b\"}");
	cr_assert_eq(policy_judge(policy, false, NULL, 0, NULL), 0);
	const struct policy_fixed *fixed = policy_fixed(policy, &count);

	cr_assert_eq(count, 1);
	cr_expect_str_eq(fixed[0].rule, " [1m");
	cr_expect_str_eq(fixed[0].class_name, "");
	cr_expect_str_eq(fixed[0].culprit, "a b");
	policy_destroy(policy);
}

Test(baseline, the_last_one_that_is_set_counts_and_a_wrong_one_does_not)
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy = begin();

	take(policy, policy_parse_baseline, "a", LINE("bb", 1));
	take(policy, policy_parse_baseline, "b", LINE("aa", 1));
	cr_expect_not(judge_one(policy, false, (struct policy_finding){SOCKET}).fails);
	cr_expect_eq(policy_parse_baseline(policy, "c", "x\n", 2, &errors), -EINVAL);
	cr_expect_str_eq(judge_one(policy, false, (struct policy_finding){SOCKET}).path, "b");
	schema_errors_clear(&errors);
	cr_expect_eq(policy_set_baseline(policy, "/nowhere", &errors), -ENOENT);
	cr_expect_eq(policy_set_baseline(policy, "/tmp", &errors), -EISDIR);
	policy_destroy(policy);
}
