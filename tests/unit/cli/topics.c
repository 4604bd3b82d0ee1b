/* SPDX-License-Identifier: Apache-2.0 */
#include "topics.h"

#include <criterion/criterion.h>
#include <policy/policy.h>
#include <stdio.h>
#include <string.h>

/* The nth example of help policy, as a file. */
static void take_example(unsigned wanted, char *ret_text, size_t capacity)
{
	bool was_example = false;
	unsigned number = 0;
	size_t length = 0;

	for (const struct topic_row *row = topic_find("policy")->rows; row->text; row++) {
		number += row->example && !was_example;
		was_example = row->example;
		if (row->example && number == wanted)
			length += (size_t)snprintf(ret_text + length, capacity - length, "%s\n",
						   row->text);
	}
	cr_assert_gt(length, 0);
}

/* Of suppressions the first line is the grammar, of a baseline the last ones are commands. */
Test(topics, what_help_shows_of_a_policy_is_in_order)
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy;
	char text[4096];

	cr_assert_eq(policy_create(&policy), 0);
	take_example(1, text, sizeof(text));
	cr_expect_eq(policy_parse_file(policy, "p", text, strlen(text), &errors), 0, "%s",
		     errors.count ? errors.items[0].text : "");
	take_example(2, text, sizeof(text));
	const char *lines = strchr(text, '\n') + 1;

	cr_expect_eq(policy_parse_suppressions(policy, "s", lines, strlen(lines), &errors), 0, "%s",
		     errors.count ? errors.items[0].text : "");
	take_example(3, text, sizeof(text));
	cr_expect_eq(policy_parse_baseline(policy, "b", text, strcspn(text, "\n"), &errors), 0,
		     "%s", errors.count ? errors.items[0].text : "");
	schema_errors_clear(&errors);
	policy_destroy(policy);
}
