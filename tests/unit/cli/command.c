/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <criterion/criterion.h>

Test(command, a_mistyped_command_names_the_nearest)
{
	cr_expect_str_eq(command_suggest("rpeort"), "report");
	cr_expect_str_eq(command_suggest("doc"), "doctor");
	cr_expect_null(command_suggest("frobnicate"));
	cr_expect_null(command_suggest("a-very-long-word-that-is-longer-than-any-buffer-here"));
}

Test(command, every_command_is_found_by_its_name)
{
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		cr_expect_eq(command_find(command_table[i].name), &command_table[i]);
		cr_expect_eq(command_table[i].id, i);
	}
	cr_expect_null(command_find(""));
}
