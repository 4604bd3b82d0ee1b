/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects of packs an image wants. */
#include <preload.c>

#include <criterion/criterion.h>
#include <stdio.h>

#define ALL "/p:ssl=libssl.so.3=libcrypto.so.*:uv=libuv.so.1:+/tmp/own.so"

Test(preload, a_library_wants_its_pack)
{
	preload_init(ALL);
	cr_assert_eq(preload_for("libssl.so.3"), 1);
	cr_assert_eq(preload_for("libcrypto.so.1.1"), 1);
	cr_assert_eq(preload_for("libuv.so.1"), 2);
	cr_assert_eq(preload_for("libuv.so.10"), 0);
	cr_assert_eq(preload_for("libuv.so."), 0);
	cr_assert_eq(preload_for(""), 0);
}

Test(preload, what_was_preloaded_is_known_by_its_path)
{
	preload_init(ALL);
	cr_assert_eq(preload_in("/lib/libtrack.so:/p/libtrack-uv.so other.so"), 2);
	cr_assert_eq(preload_in("/p/libtrack-uv.so.1:/p/libtrack-uv"), 0);
	cr_assert_eq(preload_in("/tmp/own.so"), 4);
	cr_assert_eq(preload_in(NULL), 0);
	cr_assert_str_eq(preload_path(6), "/p/libtrack-uv.so");
	cr_assert_eq(preload_bytes(6), sizeof("/p/libtrack-uv.so") + sizeof("/tmp/own.so"));
}

Test(preload, what_cannot_be_reached_is_left_out)
{
	preload_init("/nowhere:ssl=libssl.so.3:+/bin/sh:+/nowhere/own.so");
	cr_assert_eq(preload_choose(1), 2);
}

Test(preload, odd_words_are_passed_over)
{
	preload_init("/p::uv:=:uv=:+/a=b:ssl=libssl*so*3");
	cr_assert_eq(preload_for("libssl-odd.so.1.3"), preload_in("/p/libtrack-ssl.so"));
	cr_assert_neq(preload_for("libssl-odd.so.1.3"), 0);
	cr_assert_neq(preload_in("/a=b"), 0);
	cr_assert_eq(preload_for("libssl-odd.so.1.4"), 0);
}

Test(preload, nothing_is_known_without_a_word)
{
	preload_init(NULL);
	preload_init("");
	cr_assert_eq(preload_for("libssl.so.3"), 0);
	cr_assert_eq(preload_choose(UINT32_MAX), 0);
}

Test(preload, too_many_are_cut)
{
	char value[4096] = "/p";

	for (int i = 0; i < 40; i++)
		sprintf(value + strlen(value), ":p%d=lib%d.so", i, i);
	preload_init(value);
	cr_assert_eq(preload_for("lib31.so"), 1u << 31);
	cr_assert_eq(preload_for("lib32.so"), 0);
}
