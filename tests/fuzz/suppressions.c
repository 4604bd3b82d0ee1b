/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes may be in a file of suppressions. Any name may be a culprit's: the line that is made of
 * it is one line, which is read, and which lets that finding pass.
 */
#include "policy.inc.c"

static void check_line_of(const uint8_t *data, size_t size)
{
	char name[512] = "", line[1024];
	struct policy_finding finding = FUZZ_FINDING("fd-leak", "leaked", NULL, 1);
	struct schema_errors errors = {.count = 0};
	struct policy_verdict verdict;
	struct policy *policy;

	memcpy(name, data, size < sizeof(name) ? size : sizeof(name) - 1);
	finding.culprit = name;
	expect(policy_suppression_of(&finding, line, sizeof(line)) == 0);
	expect(!strchr(line, '\n'));
	expect(policy_create(&policy) == 0);
	check_errors(policy_parse_suppressions(policy, "s", line, strlen(line), &errors), &errors);
	expect(policy_judge(policy, false, &finding, 1, &verdict) == 0);
	expect(verdict.reason == POLICY_SUPPRESSED && !verdict.fails);
	policy_destroy(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_parse(data, size, policy_parse_suppressions);
	check_line_of(data, size);
	return 0;
}
