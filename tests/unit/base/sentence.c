/* SPDX-License-Identifier: Apache-2.0 */
#include <base/sentence.h>

#include <criterion/criterion.h>

Test(sentence, pieces_follow_each_other)
{
	char text[64] = "before";
	struct sentence sentence = sentence_start(text, sizeof(text));

	cr_expect_str_eq(text, "");
	sentence_add(&sentence, "%d", 12);
	sentence_add(&sentence, ", and %s", "more");
	cr_expect_str_eq(text, "12, and more");
}

Test(sentence, what_has_no_room_is_cut_and_nothing_follows)
{
	char text[] = "........!";
	struct sentence sentence = sentence_start(text, 6);

	sentence_add(&sentence, "123456789");
	sentence_add(&sentence, "abc");
	cr_expect_str_eq(text, "12345");
	cr_expect_eq(sentence.used, 5);
	cr_expect_eq(text[8], '!');
}
