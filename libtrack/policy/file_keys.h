/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys rtctrack.yaml has, and into which structs they go. */
#ifndef POLICY_FILE_KEYS_H
#define POLICY_FILE_KEYS_H

#include <schema/schema.h>

/* The bits of struct policy_file.given, in the order of the keys. */
enum policy_key {
	POLICY_KEY_GRACE,
	POLICY_KEY_SETTLE,
	POLICY_KEY_HANG_AFTER,
	POLICY_KEY_STRICT,
};

struct policy_condition_row {
	uint32_t rule, state, kind;
	struct schema_text class_name, scope_name;
};

struct policy_severity_row {
	unsigned line;
	struct policy_condition_row condition;
	uint32_t level;
	struct schema_text why;
};

struct policy_budget_row {
	unsigned line;
	struct policy_condition_row condition;
	struct schema_number max;
	struct schema_text why;
};

struct policy_lifetime_row {
	unsigned line;
	struct schema_text function, module, class_name, why;
};

struct policy_file {
	uint64_t given;
	uint64_t grace_ns, settle_ns, hang_after_ns;
	bool strict;
	struct schema_text baseline;
	struct schema_texts mine, packs, suppressions;
	struct policy_severity_row *severities;
	size_t severity_count;
	struct policy_budget_row *budgets;
	size_t budget_count;
	struct policy_lifetime_row *lifetimes;
	size_t lifetime_count;
};

extern const struct schema schema_policy;

#endif
