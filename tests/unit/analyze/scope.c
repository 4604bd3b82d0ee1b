/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes that must be closed, and were not. */
#include "rows.inc.c"

TestSuite(scope, .init = rows_begin, .fini = rows_end);

#define OPEN_CONNECTION                                                                            \
	PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",                   \
	    .made_in = "connect")

Test(scope, never_closed_is_told_with_all_that_it_owns)
{
	int64_t connection = OPEN_CONNECTION;
	int64_t agent = PUT(.kind = "scope", .class_name = "Agent", .owner = connection);

	PUT(.kind = "fd", .class_name = "udp", .owner = agent, .made_in = "open_socket");
	PUT(.kind = "fd", .class_name = "udp", .owner = agent, .made_in = "open_socket");
	PUT(.kind = "thread", .class_name = "thread", .owner = connection, .made_in = "start");
	judge();
	expect_findings("scope-unclosed unclosed scope Connection 1 connect");
	expect_message("1 Connection opened here was never closed, with 2 UDP sockets, 1 thread, 1 "
		       "Agent");
	expect_chain("created at connect\nto it belongs the Agent created at\n"
		     "to it belongs the UDP socket created at open_socket\n"
		     "to it belongs the thread created at start");
	cr_expect_eq(analyze_state_fails("unclosed", false), 1);
}

Test(scope, of_nested_ones_the_outermost_tells)
{
	int64_t library = PUT(.kind = "scope", .class_name = "library", .traits = "must-close",
			      .made_in = "init");

	PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close", .owner = library);
	judge();
	expect_findings("scope-unclosed unclosed scope library 1 init");
}

Test(scope, equal_ones_are_one_finding)
{
	for (int i = 0; i < 3; i++)
		PUT(.kind = "fd", .class_name = "udp", .owner = OPEN_CONNECTION);
	judge();
	expect_findings("scope-unclosed unclosed scope Connection 3 connect");
	expect_message("3 Connections opened here were never closed, with 3 UDP sockets");
}

Test(scope, at_a_signal_it_is_information)
{
	rows_end();
	rows_begin_as("signal");
	PUT(.kind = "fd", .class_name = "udp", .owner = OPEN_CONNECTION);
	judge();
	expect_findings("scope-unclosed at-exit scope Connection 1 connect");
}

Test(scope, a_close_that_does_not_return_is_not_unclosed)
{
	int64_t connection = PUT(.kind = "scope", .class_name = "Connection",
				 .traits = "must-close", .close = CLOSED);

	PUT(.kind = "fd", .class_name = "udp", .owner = connection);
	PUT(.kind = "scope", .class_name = "Channel", .traits = "must-close", .owner = connection);
	judge();
	expect_findings("none");
}

Test(scope, one_that_need_not_be_closed_is_none)
{
	PUT(.kind = "scope", .class_name = "Server");
	judge();
	expect_findings("none");
}

Test(scope, closed_or_destroyed_is_none)
{
	PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close", .died = CLOSED);
	PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close", .close = CLOSED,
	    .closed = CLOSED);
	judge();
	expect_findings("none");
}

Test(scope, one_whose_owner_was_closed_is_leaked_with_what_it_holds)
{
	int64_t server = PUT(.kind = "scope", .class_name = "Server", .close = CLOSED,
			     .closed = CLOSED, .closed_in = "server_close");
	int64_t connection = PUT(.kind = "scope", .class_name = "Connection",
				 .traits = "must-close", .owner = server, .made_in = "accept");

	PUT(.kind = "fd", .class_name = "tcp", .owner = connection);
	judge();
	expect_findings("scope-unclosed leaked scope Connection 1 accept");
	expect_message("1 Connection outlived its Server, never closed; it holds 1 TCP socket");
}

static void sessions(void)
{
	for (uint64_t i = 1; i <= 4; i++) {
		int64_t connection =
			PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",
			    .born = i * SECOND - 500, .made_in = "connect");

		PUT(.kind = "fd", .class_name = "udp", .owner = connection,
		    .born = i * SECOND - 400, .made_in = "open_socket");
		trace_add_mark(trace, 100, i * SECOND, "session");
	}
	judge();
}

Test(scope, what_belongs_to_many_unclosed_ones_does_not_grow_by_itself)
{
	sessions();
	expect_findings("scope-unclosed unclosed scope Connection 4 connect");
}

Test(scope, at_a_signal_what_grows_is_told)
{
	rows_end();
	rows_begin_as("signal");
	sessions();
	expect_findings("scope-unclosed growing scope Connection 4 connect");
}

Test(scope, what_grows_inside_of_one_that_is_open_all_the_time_is_told)
{
	int64_t library = PUT(.kind = "scope", .class_name = "library", .traits = "must-close",
			      .made_in = "init", .born = 1);

	for (uint64_t i = 1; i <= 4; i++) {
		PUT(.kind = "object", .class_name = "Track", .owner = library,
		    .born = i * SECOND - 400, .made_in = "track_create");
		trace_add_mark(trace, 100, i * SECOND, "session");
	}
	judge();
	expect_findings("growth growing object Track 4 track_create\n"
			"scope-unclosed unclosed scope library 1 init");
}

Test(scope, those_that_are_closed_and_kept_do_not_grow)
{
	for (uint64_t i = 1; i <= 4; i++) {
		PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",
		    .born = i * SECOND - 500, .close = i * SECOND - 200, .closed = i * SECOND - 100,
		    .made_in = "connect");
		trace_add_mark(trace, 100, i * SECOND, "session");
	}
	judge();
	expect_findings("none");
}

Test(scope, what_it_is_made_of_is_not_among_what_it_has)
{
	int64_t connection = PUT(.kind = "scope", .class_name = "Connection",
				 .traits = "must-close", .made_in = "connect");

	PUT(.kind = "object", .class_name = "Connection", .owner = connection);
	PUT(.kind = "fd", .class_name = "udp", .owner = connection);
	judge();
	expect_message("1 Connection opened here was never closed, with 1 UDP socket");
}

Test(scope, at_the_end_of_a_killed_program_it_comes_before_threads)
{
	rows_end();
	rows_begin_as("signal");
	PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",
	    .made_in = "connect");
	PUT(.kind = "thread", .class_name = "thread", .made_in = "pool_start");
	PUT(.kind = "thread", .class_name = "thread", .made_in = "pool_start");
	judge();
	expect_findings("scope-unclosed at-exit scope Connection 1 connect\n"
			"thread-leak at-exit thread thread 2 pool_start");
}
