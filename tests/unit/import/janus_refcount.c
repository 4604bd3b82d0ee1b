/* SPDX-License-Identifier: Apache-2.0 */
#include "read.inc.c"

#define FORMAT "janus-refcount"

Test(janus_refcount, an_object_is_made_held_and_given_back_by_its_places)
{
	cr_assert_str_eq(told_of(FORMAT, "[janus.c:janus_session_create:767:init] 0x10 (1)\n"
					 "[a/b.c:janus_session_find:788:increase] 0x10 (2)\n"
					 "[a/b.c:janus_session_find:799:decrease] 0x10 (1)\n"
					 "[janus.c:janus_session_destroy:801:decrease] 0x10 (0)\n"),
			 "create 10 janus_session janus.c:767\n"
			 "retain 10 janus_session_create janus.c:767\n"
			 "retain 10 janus_session_find a/b.c:788\n"
			 "release 10 janus_session_find a/b.c:799\n"
			 "release 10 janus_session_create janus.c:801\n"
			 "destroy 10 janus.c:801\n");
	cr_assert_eq(counts().held, 0);
	cr_assert_eq(import_pid(import, 0), 0);
}

Test(janus_refcount, a_function_gives_back_what_it_took_and_else_the_last_is)
{
	cr_assert_str_eq(told_of(FORMAT, "[a.c:made:1:init] 0x10 (1)\n"
					 "[a.c:first:2:increase] 0x10 (2)\n"
					 "[a.c:second:3:increase] 0x10 (3)\n"
					 "[a.c:first:4:decrease] 0x10 (2)\n"
					 "[a.c:other:5:decrease] 0x10 (1)\n"),
			 "create 10 made a.c:1\n"
			 "retain 10 made a.c:1\n"
			 "retain 10 first a.c:2\n"
			 "retain 10 second a.c:3\n"
			 "release 10 first a.c:4\n"
			 "release 10 second a.c:5\n");
	cr_assert_eq(counts().held, 1);
}

Test(janus_refcount, what_a_function_gives_back_is_learned_of_objects_that_ended)
{
	/* The first one ends in order; of the second the lookup's reference is forgotten. */
	told_of(FORMAT, "[a.c:made:1:init] 0x10 (1)\n"
			"[a.c:found:2:increase] 0x10 (2)\n"
			"[a.c:done:3:decrease] 0x10 (1)\n"
			"[a.c:end:4:decrease] 0x10 (0)\n"
			"[a.c:made:1:init] 0x20 (1)\n"
			"[a.c:found:2:increase] 0x20 (2)\n"
			"[a.c:end:4:decrease] 0x20 (1)\n");
	cr_assert_not_null(strstr(handed, "release 20 made a.c:4\n"));
	cr_assert_not_null(strstr(handed, "release 10 found a.c:3\n"));
}

Test(janus_refcount, lines_of_other_things_are_counted)
{
	told_of(FORMAT, "Janus version: 1102\n"
			"[ERR] [config.c:janus_config_parse:191]   -- Error\n"
			"[a.c:made_new:1:init] 0x10 (1)\n"
			"\n"
			"[a.c:made:1:init] 0x10 (2)\n"
			"[a.c:made:1:increase] 0x0 (2)\n"
			"[a.c:made:1:increase] 0x10 (-1)\n"
			"[a.c:made:1:increase] 0x10 (2) and more\n"
			"[a.c:made:1:reset] 0x10 (2)\n"
			"[a.c:made:x:increase] 0x10 (2)\n"
			"[a.c:made:1x:increase] 0x10 (2)\n"
			"[a.c:1:increase] 0x10 (2)\n"
			"[:1:increase] 0x10 (2)\n"
			"[increase] 0x10 (2)\n"
			"] 0x10 (2)\n"
			"[a.c:made:1:increase] 0xfffffffffffffffff (2)\n"
			"[a.c:made:1:increase] 0x10 (99999999999999999999)\n"
			"[a.c:made:99999999999999999999:increase] 0x10 (2)\n");
	cr_assert_str_eq(handed, "create 10 made a.c:1\nretain 10 made_new a.c:1\n");
	cr_assert_eq(counts().skipped, 17);
}

Test(janus_refcount, what_stands_before_the_place_and_colours_do_not_matter)
{
	told_of(FORMAT, "[Sat Nov 21 22:00:00 2026] \x1b[31m[a.c:made:1:init] 0x10 (1)\x1b[0m\r\n");
	cr_assert_str_eq(handed, "create 10 made a.c:1\nretain 10 made a.c:1\n");
}

Test(janus_refcount, an_object_whose_beginning_is_missing_is_counted_and_not_handed_on)
{
	told_of(FORMAT, "[a.c:found:1:increase] 0x10 (3)\n"
			"[a.c:found:2:decrease] 0x10 (2)\n"
			"[a.c:found:2:decrease] 0x20 (0)\n"
			"[a.c:made:2:init] 0x30 (1)\n");
	cr_assert_str_eq(handed, "create 30 made a.c:2\nretain 30 made a.c:2\n");
	cr_assert_eq(counts().unseen, 2);
	cr_assert_eq(counts().objects, 1);
}

Test(janus_refcount, an_object_whose_lines_are_missing_is_not_judged)
{
	/* One increase too few; too many; an end that is not there. */
	told_of(FORMAT, "[a.c:made:1:init] 0x10 (1)\n"
			"[a.c:found:2:increase] 0x10 (3)\n"
			"[a.c:made:1:init] 0x20 (1)\n"
			"[a.c:found:2:increase] 0x20 (2)\n"
			"[a.c:found:2:decrease] 0x20 (2)\n"
			"[a.c:made:1:init] 0x30 (1)\n"
			"[a.c:again:3:init] 0x30 (1)\n");
	cr_assert_str_eq(handed, "create 30 again a.c:3\nretain 30 again a.c:3\n");
	cr_assert_eq(counts().uneven, 3);
	cr_assert_eq(counts().held, 1);
}

Test(janus_refcount, nothing_is_released_more_often_than_it_was_retained)
{
	told_of(FORMAT, "[a.c:made:1:init] 0x10 (1)\n"
			"[a.c:gone:2:decrease] 0x10 (5)\n"
			"[a.c:gone:2:decrease] 0x10 (4)\n"
			"[a.c:made:1:init] 0x20 (1)\n"
			"[a.c:gone:2:decrease] 0x20 (0)\n"
			"[a.c:gone:2:decrease] 0x20 (0)\n");
	cr_assert_str_eq(handed, "create 20 made a.c:1\nretain 20 made a.c:1\n"
				 "release 20 made a.c:2\ndestroy 20 a.c:2\n");
	cr_assert_eq(counts().uneven, 1);
	cr_assert_eq(counts().unseen, 1);
}

Test(janus_refcount, a_count_that_two_threads_printed_at_once_does_not_matter_later)
{
	told_of(FORMAT, "[a.c:made:1:init] 0x10 (1)\n"
			"[a.c:left:2:increase] 0x10 (2)\n"
			"[a.c:right:3:increase] 0x10 (2)\n"
			"[a.c:right:4:decrease] 0x10 (2)\n");
	cr_assert_eq(counts().held, 1);
	cr_assert_eq(counts().uneven, 0);
}

Test(janus_refcount, an_address_lives_again)
{
	told_of(FORMAT, "[a.c:made:1:init] 0x10 (1)\n"
			"[a.c:gone:2:decrease] 0x10 (0)\n"
			"[a.c:made:1:init] 0x10 (1)\n");
	cr_assert_eq(counts().objects, 2);
	cr_assert_eq(counts().held, 1);
}

Test(janus_refcount, a_log_that_is_cut_anywhere_is_read)
{
	static const char log[] = "[a.c:made_create:1:init] 0x10 (1)\n"
				  "[a.c:found:2:increase] 0x10 (2)\n"
				  "[a.c:found:3:decrease] 0x10 (1)\n";
	char text[sizeof(log)];

	for (size_t cut = 0; cut < sizeof(log); cut++) {
		int error;

		memcpy(text, log + cut, sizeof(log) - cut);
		error = cut < sizeof(log) - 1 ? read_text(FORMAT, text) : -ENODATA;
		cr_assert(error == 0 || error == -ENODATA);
		memcpy(text, log, cut);
		text[cut] = '\0';
		error = cut > 0 ? read_text(FORMAT, text) : -ENODATA;
		cr_assert(error == 0 || error == -ENODATA);
	}
}

Test(janus_refcount, a_file_without_a_line_of_it_is_none)
{
	cr_assert_eq(read_text(FORMAT, "nothing\nof the kind\n"), -ENODATA);
	cr_assert_eq(read_text(FORMAT, "\n"), -ENODATA);
}

Test(janus_refcount, a_real_log_is_read)
{
	cr_assert_eq(read_sample(FORMAT, "janus.log"), 0);
	cr_assert_eq(counts().objects, 48);
	cr_assert_eq(counts().held, 6);
	cr_assert_eq(counts().unseen, 3);
	cr_assert_eq(counts().uneven, 0);
	cr_assert_eq(counts().skipped, 22);
	hand_on(0);
	cr_assert_not_null(strstr(handed, "retain 7f5e780026d8 janus_session_handles_insert"
					  " janus.c:844\n"));
}
