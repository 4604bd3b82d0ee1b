/* SPDX-License-Identifier: Apache-2.0 */
#include <policy/policy.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

int policy_create(struct policy **ret_policy)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	if (!policy)
		return -ENOMEM;
	*ret_policy = policy;
	return 0;
}

void policy_destroy(struct policy *policy)
{
	if (!policy)
		return;
	free(policy->severities);
	free(policy->excuses);
	free(policy->uses);
	free(policy->fixed);
	free(policy->baseline.items);
	u64map_finish(&policy->baseline.by_fingerprint);
	schema_memory_free(policy->memory);
	free(policy);
}

const struct policy_settings *policy_settings(const struct policy *policy)
{
	return &policy->settings;
}

char *policy_keep(struct policy *policy, const char *text, size_t length)
{
	char *copy = schema_memory_take(&policy->memory, length + 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

/* At least one item, so that NULL is: no memory. */
static void *grow(void *items, size_t count, size_t size)
{
	return reallocarray(items, count ? count : 1, size);
}

int policy_accept(struct policy *policy, const struct draft *draft)
{
	struct severity *severities =
		grow(policy->severities, policy->severity_count + draft->severity_count,
		     sizeof(*severities));
	struct excuse *excuses;

	if (!severities)
		return -ENOMEM;
	policy->severities = severities;
	excuses =
		grow(policy->excuses, policy->excuse_count + draft->excuse_count, sizeof(*excuses));
	if (!excuses)
		return -ENOMEM;
	policy->excuses = excuses;
	for (size_t i = 0; i < draft->severity_count; i++)
		severities[policy->severity_count++] = draft->severities[i];
	for (size_t i = 0; i < draft->excuse_count; i++)
		excuses[policy->excuse_count++] = draft->excuses[i];
	return 0;
}

int policy_errors_end(struct schema_errors *errors)
{
	schema_errors_sort(errors);
	if (errors->count)
		return -EINVAL;
	return errors->is_short ? -ENOMEM : 0;
}

void policy_set_sessions(struct policy *policy, uint64_t sessions)
{
	policy->sessions = sessions;
}

void policy_set_recordings(struct policy *policy, const struct policy_recording *recordings,
			   size_t count)
{
	policy->recordings = recordings;
	policy->recording_count = count;
}

size_t policy_not_run(const struct policy *policy)
{
	return policy->not_run;
}

const struct policy_use *policy_uses(const struct policy *policy, size_t *ret_count)
{
	*ret_count = policy->use_count;
	return policy->uses;
}

const struct policy_fixed *policy_fixed(const struct policy *policy, size_t *ret_count)
{
	*ret_count = policy->fixed_count;
	return policy->fixed;
}
