/* SPDX-License-Identifier: Apache-2.0 */
#include "file_keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

#define SECONDS_LEAST 0.001
#define SECONDS_MOST 1e8

/* As the options of these names: 0, or from a millisecond on. */
static void read_seconds(const struct schema_scalar *scalar, const struct schema_field *field,
			 void *into, struct schema_errors *errors)
{
	char *end;
	double seconds = strtod(scalar->text, &end);

	(void)field;
	if (!*scalar->text || scalar->text[strspn(scalar->text, "0123456789.")] || *end ||
	    !isfinite(seconds) || seconds > SECONDS_MOST ||
	    (seconds > 0 && seconds < SECONDS_LEAST)) {
		schema_errors_add(errors, scalar->line,
				  "%s is a number of seconds, as 2 or 0.5, not '%.64s'",
				  scalar->what, scalar->text);
		return;
	}
	*(uint64_t *)into = (uint64_t)(seconds * 1e9);
}

/* clang-format off */
#define END SCHEMA_END
#define FIELD(...) SCHEMA_FIELD(__VA_ARGS__)
#define LIST(...) SCHEMA_ITEMS(__VA_ARGS__)
#define SECONDS(key, member) SCHEMA_FIELD(key, OWN, policy_file, member, .parse = read_seconds)
#define OF_WORDS(name) .words = &policy_words_##name
#define OF_SCHEMA(name) .schema = &schema_##name
#define NEEDED .is_needed = true
#define SCHEMA(name, what_, record) \
	static const struct schema schema_##name = { .what = what_, .fields = name##_fields, \
		.line_offset = offsetof(struct record, line), .given_offset = SCHEMA_NOWHERE }; \
	static const struct schema_field name##_item = { .type = SCHEMA_MAPPING, OF_SCHEMA(name) }
#define CONDITION(record) \
	FIELD("rule", WORD, record, condition.rule, OF_WORDS(rule)), \
	FIELD("state", WORD, record, condition.state, OF_WORDS(state)), \
	FIELD("kind", WORD, record, condition.kind, OF_WORDS(kind)), \
	FIELD("class", TEXT, record, condition.class_name), \
	FIELD("scope", TEXT, record, condition.scope_name)

static const struct schema_field text_item = { .type = SCHEMA_TEXT };

static const struct schema_field severity_fields[] = {
	CONDITION(policy_severity_row),
	FIELD("level", WORD, policy_severity_row, level, NEEDED, OF_WORDS(level)),
	FIELD("why", TEXT, policy_severity_row, why),
	END
};
SCHEMA(severity, "a row of severities", policy_severity_row);

static const struct schema_field budget_fields[] = {
	CONDITION(policy_budget_row),
	FIELD("max", NUMBER, policy_budget_row, max, NEEDED, .max = 1000000000),
	FIELD("why", TEXT, policy_budget_row, why),
	END
};
SCHEMA(budget, "a row of budgets", policy_budget_row);

static const struct schema_field lifetime_fields[] = {
	FIELD("function", TEXT, policy_lifetime_row, function),
	FIELD("module", TEXT, policy_lifetime_row, module),
	FIELD("class", TEXT, policy_lifetime_row, class_name),
	FIELD("why", TEXT, policy_lifetime_row, why),
	END
};
SCHEMA(lifetime, "a row of process-lifetime", policy_lifetime_row);

static const struct schema_field file_fields[] = {
	[POLICY_KEY_GRACE] = SECONDS("grace", grace_ns),
	[POLICY_KEY_SETTLE] = SECONDS("settle", settle_ns),
	[POLICY_KEY_HANG_AFTER] = SECONDS("hang-after", hang_after_ns),
	[POLICY_KEY_STRICT] = FIELD("strict", BOOL, policy_file, strict),
	FIELD("baseline", TEXT, policy_file, baseline),
	LIST("suppressions", policy_file, suppressions.items, suppressions.count, text_item),
	LIST("mine", policy_file, mine.items, mine.count, text_item),
	LIST("packs", policy_file, packs.items, packs.count, text_item),
	LIST("severities", policy_file, severities, severity_count, severity_item),
	LIST("budgets", policy_file, budgets, budget_count, budget_item),
	LIST("process-lifetime", policy_file, lifetimes, lifetime_count, lifetime_item),
	END
};
const struct schema schema_policy = {
	.what = "a policy", .fields = file_fields, .line_offset = SCHEMA_NOWHERE,
	.given_offset = offsetof(struct policy_file, given), .may_be_empty = true,
};
/* clang-format on */
