/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define WORDS(...) ((char *[]){__VA_ARGS__, NULL})

Test(command, a_mistyped_command_names_the_nearest)
{
	cr_expect_str_eq(command_suggest(WORDS("rpeort")), "report");
	cr_expect_str_eq(command_suggest(WORDS("doc")), "doctor");
	cr_expect_str_eq(command_suggest(WORDS("rpeort", "a.db")), "report");
	cr_expect_null(command_suggest(WORDS("frobnicate")));
	cr_expect_null(
		command_suggest(WORDS("a-very-long-word-that-is-longer-than-any-buffer-here")));
}

Test(command, every_command_is_found_by_its_name)
{
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		char name[64], *rest = name, *words[8];
		size_t count = 0, found;

		snprintf(name, sizeof(name), "%s", command_table[i].name);
		while (rest)
			words[count++] = strsep(&rest, " ");
		words[count] = "operand";
		words[count + 1] = NULL;
		cr_expect_eq(command_find(words, &found), &command_table[i]);
		cr_expect_eq(found, count);
		cr_expect_eq(command_table[i].id, i);
	}
	cr_expect_null(command_find(WORDS(""), &(size_t){0}));
}

Test(command, several_may_begin_with_one_word)
{
	char names[256];

	cr_expect(command_group("packs", names, sizeof(names)));
	cr_expect_str_eq(names, "packs list, packs show, packs check, packs build");
	cr_expect(command_group("packs", names, 8));
	cr_expect_str_eq(names, "packs l");
	cr_expect_not(command_group("pack", names, sizeof(names)));
	cr_expect_not(command_group("run", names, sizeof(names)));
	cr_expect_not(command_group("", names, sizeof(names)));
	cr_expect_str_eq(names, "");
}

Test(command, a_name_may_be_of_two_words)
{
	cr_expect_eq(command_match("packs list", WORDS("packs", "list", "x")), 2);
	cr_expect_eq(command_match("packs list", WORDS("packs")), 0);
	cr_expect_eq(command_match("packs list", WORDS("packs", "listing")), 0);
	cr_expect_eq(command_match("packs list", WORDS("pack", "list")), 0);
	cr_expect_eq(command_match("packs list", WORDS("packs list")), 0);
	cr_expect_eq(command_match("packs", WORDS("packs", "list")), 1);
	cr_expect_eq(command_match("packs", (char *[]){NULL}), 0);
}
