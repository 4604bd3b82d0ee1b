/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline, where a gate judges some of the recordings that it was written of. */
#include "policy.inc.c"

#include <fcntl.h>
#include <unistd.h>

#define AA "{\"fingerprint\":\"00000000000000aa\",\"allowed\":6,"
#define ONE AA "\"in_one\":2,\"program\":\"phone\"}\n"
#define TWO AA "\"in_one\":2,\"program\":[\"phone\",\"proxy\"]}\n"
#define OLD AA "\"rule\":\"fd-leak\"}\n"

static const char *const phone[] = {"sh", "phone"}, *const proxy[] = {"proxy"};
static const struct policy_recording ran[] = {{phone, 2}, {proxy, 1}, {phone, 2}, {phone, 2}};

static struct policy_finding found(size_t recording, uint64_t count)
{
	struct policy_finding finding = {SOCKET};

	finding.recording = recording;
	finding.program = ran[recording].programs[ran[recording].program_count - 1];
	finding.count = count;
	return finding;
}

static struct policy *load(const char *text, const struct policy_recording *recordings,
			   size_t count)
{
	struct policy *policy = begin();

	take(policy, policy_parse_baseline, "b", text);
	policy_set_recordings(policy, recordings, count);
	return policy;
}

/* Do so many in one recording of that many pass? */
static bool lets_pass(const char *text, uint64_t count, size_t recordings)
{
	struct policy *policy = load(text, ran, recordings);
	bool fails = judge_one(policy, false, found(0, count)).fails;

	policy_destroy(policy);
	return !fails;
}

Test(recordings, one_may_not_spend_what_all_together_may)
{
	cr_expect(lets_pass(ONE, 2, 1));
	cr_expect_not(lets_pass(ONE, 3, 1));
	cr_expect(lets_pass(ONE, 4, 3));
	cr_expect_not(lets_pass(ONE, 5, 3), "the proxy is none of the phone's");
	cr_expect(lets_pass(ONE, 6, 4));
	cr_expect_not(lets_pass(ONE, 7, 4));
	cr_expect(lets_pass(TWO, 4, 2), "one of each");
}

Test(recordings, a_line_of_before_is_judged_as_it_was)
{
	cr_expect(lets_pass(OLD, 6, 1));
	cr_expect_not(lets_pass(OLD, 7, 1));
}

Test(recordings, of_a_program_that_got_another_name_every_recording_may_be)
{
	struct policy *policy = load(AA "\"in_one\":2,\"program\":\"phone-1\"}\n", ran, 2);
	size_t count;

	cr_expect_not(judge_one(policy, false, found(0, 4)).fails);
	policy_fixed(policy, &count);
	cr_expect_eq(count, 0);
	cr_expect_eq(policy_not_run(policy), 0);
	cr_expect(judge_one(policy, false, found(0, 5)).fails);
	policy_destroy(policy);
}

/* How many lines are fixed, and not run, where nothing was found. */
static void expect_nothing_found(const char *text, const struct policy_recording *recordings,
				 size_t recording_count, size_t fixed, size_t not_run)
{
	struct policy *policy = load(text, recordings, recording_count);
	size_t count;

	cr_assert_eq(policy_judge(policy, false, NULL, 0, NULL), 0);
	policy_fixed(policy, &count);
	cr_expect_eq(count, fixed, "%zu fixed of %s", count, text);
	cr_expect_eq(policy_not_run(policy), not_run, "of %s", text);
	policy_destroy(policy);
}

Test(recordings, what_did_not_run_is_not_fixed)
{
	expect_nothing_found(ONE, ran, 4, 1, 0);
	expect_nothing_found(ONE, ran + 1, 1, 0, 1);
	expect_nothing_found(TWO, ran, 4, 1, 0);
	expect_nothing_found(TWO, (struct policy_recording[]){ran[0], ran[2], ran[3]}, 3, 0, 1);
	expect_nothing_found(OLD, ran + 1, 1, 1, 0);
	expect_nothing_found(ONE, NULL, 0, 1, 0);
}

Test(recordings, what_did_not_run_as_often_is_not_fixed)
{
	expect_nothing_found(ONE, ran, 3, 0, 1);
	expect_nothing_found(ONE, ran, 1, 0, 1);
}

Test(recordings, fewer_are_no_fewer_where_one_of_the_programs_did_not_run)
{
	struct policy_recording phones[] = {ran[0], ran[2], ran[3]};
	struct policy *policy = load(TWO, phones, 3);
	size_t count;

	judge_one(policy, false, found(0, 1));
	policy_fixed(policy, &count);
	cr_expect_eq(count, 0);
	policy_set_recordings(policy, ran, 3);
	judge_one(policy, false, found(0, 1));
	policy_fixed(policy, &count);
	cr_expect_eq(count, 1);
	policy_destroy(policy);
}

Test(recordings, a_line_has_the_most_of_one_and_every_program)
{
	struct policy_finding findings[] = {found(0, 1), found(0, 2), found(1, 2), found(2, 1)};
	char path[] = "/tmp/rtctrack-recordings-XXXXXX", text[1024];
	FILE *file;
	size_t size;

	cr_assert_eq(close(mkstemp(path)), 0);
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(policy_write_baseline(path, findings, 4), 0);
	file = fopen(path, "r");
	cr_assert_not_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	unlink(path);
	text[size] = '\0';
	cr_expect(strstr(text, "\"allowed\":6,\"in_one\":3,\"program\":[\"phone\",\"proxy\"],"),
		  "%s", text);
}

Test(recordings, an_update_lowers_what_one_may_have)
{
	struct policy_finding findings[] = {found(0, 1), found(2, 1), found(3, 1)};
	char path[] = "/tmp/rtctrack-recordings-XXXXXX", text[1024] = "";
	struct policy_verdict verdicts[3];
	struct policy_update update;
	struct policy *policy = begin();
	int fd = mkstemp(path);
	struct schema_errors errors = {.count = 0};

	cr_assert_eq(write(fd, ONE, strlen(ONE)), (ssize_t)strlen(ONE));
	close(fd);
	cr_assert_eq(policy_set_baseline(policy, path, &errors), 0);
	policy_set_recordings(policy, ran, 4);
	cr_assert_eq(policy_judge(policy, false, findings, 3, verdicts), 0);
	cr_assert_eq(policy_update_baseline(policy, &update), 0);
	cr_expect_eq(update.lowered, 1);
	fd = open(path, O_RDONLY);
	cr_assert_gt(read(fd, text, sizeof(text) - 1), 0);
	close(fd);
	unlink(path);
	cr_expect_str_eq(text, "{\"fingerprint\":\"00000000000000aa\",\"allowed\":3,"
			       "\"in_one\":1,\"program\":\"phone\"}\n");
	policy_destroy(policy);
}

Test(recordings, what_is_wrong_is_told)
{
	expect_error(policy_parse_baseline, AA "\"in_one\":0}",
		     "1: in_one is a whole number from 1");
	expect_error(policy_parse_baseline, AA "\"in_one\":\"2\"}", "1: in_one is a whole number");
	expect_error(policy_parse_baseline, AA "\"program\":7}",
		     "1: program is a name, or a list of them, not '7'");
	expect_error(policy_parse_baseline, AA "\"program\":[\"a\",[]]}",
		     "1: program is a name, or a list of them, not '[ ]'");
	expect_error(policy_parse_baseline, AA "\"program\":\"\"}", "1: program is a name");
	expect_error(policy_parse_baseline, AA "\"program\":null}", "1: program is a name");
}
