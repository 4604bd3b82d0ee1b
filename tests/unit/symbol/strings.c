/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../libtrack/symbol/strings.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(strings, equal_texts_are_kept_once)
{
	struct strings strings = {0};
	char text[] = "agent";

	const char *first = strings_keep(&strings, text);
	cr_assert_not_null(first);
	cr_expect_neq(first, text);
	cr_expect_eq(strings_keep(&strings, "agent"), first);
	cr_expect_neq(strings_keep(&strings, "agents"), first);
	strings_finish(&strings);
}

Test(strings, kept_texts_do_not_move)
{
	struct strings strings = {0};
	char text[32];

	const char *first = strings_keep(&strings, "first");
	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "text %d", i);
		cr_assert_not_null(strings_keep(&strings, text));
	}
	cr_expect_str_eq(first, "first");
	cr_expect_eq(strings_keep(&strings, "first"), first);
	strings_finish(&strings);
}
