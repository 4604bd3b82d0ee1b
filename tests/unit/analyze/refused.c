/* SPDX-License-Identifier: Apache-2.0 */
/* A scope of a library, an event loop, that refused to be closed; and what a library's object has.
 */
#include "rows.inc.c"

TestSuite(refused, .init = rows_begin, .fini = rows_end);

/* The object that the scope is made of, with a descriptor of its own. */
static int64_t put_object(void)
{
	int64_t object = PUT(.kind = "object", .class_name = "loop_t", .traits = "told-by-pack",
			     .refs = 1, .made_in = "make_loop");

	PUT(.kind = "fd", .class_name = "epoll", .owner = object, .made_in = "make_loop");
	return object;
}

static int64_t put_loop(const char *traits)
{
	return PUT(.kind = "scope", .class_name = "loop", .traits = traits, .owner = put_object(),
		   .made_in = "make_loop", .close = CLOSED, .closed_in = "close_loop");
}

static int64_t put_handle(int64_t loop, uint64_t born)
{
	return PUT(.kind = "object", .class_name = "handle", .traits = "told-by-pack",
		   .owner = loop, .refs = 1, .made_in = "serve", .born = born);
}

Test(refused, what_kept_it_from_closing_is_told_and_nothing_else)
{
	put_handle(put_loop("told-by-pack,refused"), 0);
	judge();
	expect_findings("ref-leak leaked object handle 1 serve");
	expect_message("1 handle was still there when its loop refused to be closed");
	expect("SELECT role FROM evidence WHERE role LIKE '%refused%'",
	       "its loop refused 50.00 s before the end to be closed by thread 101, at");
}

Test(refused, where_nothing_did_the_object_is_told_with_its_descriptors)
{
	put_loop("told-by-pack,refused");
	judge();
	expect_findings("ref-leak at-exit object loop_t 1 make_loop");
}

Test(refused, what_was_made_later_did_not)
{
	put_handle(put_loop("told-by-pack,refused"), CLOSED + SECOND);
	judge();
	expect_findings("ref-leak at-exit object loop_t 1 make_loop");
}

Test(refused, it_is_in_no_close_that_goes_on)
{
	PUT(.kind = "scope", .class_name = "loop", .traits = "told-by-pack,refused,must-close",
	    .made_in = "make_loop", .close = CLOSED, .closed_in = "close_loop");
	judge();
	expect_findings("scope-unclosed unclosed scope loop 1 make_loop");
	expect_message("1 loop opened here was never closed");
}

static void put_socket(const char *made_in)
{
	int64_t handle = put_handle(put_loop("told-by-pack,refused"), 0);

	hold(handle, 0, "reference", 1, 0, "serve");
	PUT(.kind = "fd", .class_name = "tcp", .owner = handle, .made_in = made_in);
	judge();
}

Test(refused, a_socket_that_a_library_made_is_asked_of_who_made_its_object)
{
	put_socket("std::accept");
	expect_findings("fd-leak leaked fd tcp 1 serve");
}

Test(refused, a_socket_that_the_program_made_is_asked_of_that)
{
	put_socket("listen_at");
	expect_findings("fd-leak leaked fd tcp 1 listen_at");
}
