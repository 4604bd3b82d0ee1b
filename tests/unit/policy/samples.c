/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.inc.c"

#define CI TEST_SOURCE_DIR "/../samples/ci/"

/* As it is, and with what it has as a comment. */
Test(samples, the_policy_to_copy_is_in_order)
{
	struct schema_errors errors = {.count = 0};
	const struct policy_settings *settings;
	struct policy *policy = begin();
	size_t count;
	int r = policy_add_file(policy, CI "rtctrack.yaml", &errors);

	cr_assert_eq(r, 0, "%s", errors.count ? errors.items[0].text : strerror(-r));
	settings = policy_settings(policy);
	cr_assert_eq(settings->suppressions.count, 1);
	cr_expect_str_eq(settings->suppressions.items[0], CI "leaks.supp");
	cr_assert_eq(policy_add_suppressions(policy, settings->suppressions.items[0], &errors), 0);
	cr_assert_eq(policy_judge(policy, false, NULL, 0, NULL), 0);
	policy_uses(policy, &count);
	cr_expect_eq(count, 9);
	policy_destroy(policy);
}

Test(samples, its_budget_is_of_the_sockets_of_a_connection)
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy = begin();
	struct policy_finding finding = {SOCKET};

	cr_assert_eq(policy_add_file(policy, CI "rtctrack.yaml", &errors), 0);
	finding.count = 2;
	cr_expect_not(judge_one(policy, true, finding).fails);
	finding.count = 3;
	cr_expect(judge_one(policy, true, finding).fails);
	policy_destroy(policy);
}
