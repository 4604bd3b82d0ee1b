/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes may be in a baseline. What an update makes of it is read again, and allows no more than
 * before.
 */
#include "policy.inc.c"

#include <stdio.h>
#include <unistd.h>

static void put(const char *path, const uint8_t *data, size_t size)
{
	FILE *file = fopen(path, "w");

	expect(file != NULL);
	expect(fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

static void check_update(const uint8_t *data, size_t size)
{
	char path[64];
	struct schema_errors errors = {.count = 0};
	struct policy_update update, again;
	struct policy *policy;

	snprintf(path, sizeof(path), "/dev/shm/rtctrack-fuzz-baseline.%d", getpid());
	put(path, data, size);
	expect(policy_create(&policy) == 0);
	if (policy_set_baseline(policy, path, &errors) == 0) {
		check_judging(policy);
		expect(policy_update_baseline(policy, &update) == 0);
		check_errors(policy_set_baseline(policy, path, &errors), &errors);
		check_judging(policy);
		expect(policy_update_baseline(policy, &again) == 0);
		expect(!again.gone && !again.lowered);
		expect(again.kept == update.kept + update.lowered);
	}
	schema_errors_clear(&errors);
	policy_destroy(policy);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_parse(data, size, policy_parse_baseline);
	check_update(data, size);
	return 0;
}
