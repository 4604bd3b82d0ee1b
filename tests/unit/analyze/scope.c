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

Test(scope, a_socket_is_told_however_many_classes_of_objects_there_are)
{
	static const char *const classes[] = {"A", "B", "C", "D", "E", "F", "G", "H", "I"};
	int64_t connection = OPEN_CONNECTION;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		PUT(.kind = "object", .class_name = classes[i], .owner = connection);
	PUT(.kind = "fd", .class_name = "udp", .owner = connection, .made_in = "open_socket");
	PUT(.kind = "fd", .class_name = "udp", .owner = connection, .made_in = "open_socket");
	judge();
	expect_message("1 Connection opened here was never closed, with 2 UDP sockets, 1 A, 1 B, "
		       "1 C, 6 more");
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

/* Its close began then, and never returned. */
#define CLOSING(name, began, ...)                                                                  \
	PUT(.kind = "scope", .class_name = name, .traits = "must-close", .close = began,           \
	    .closed_in = "cleanup", .made_in = "init", ##__VA_ARGS__)

/* What counts who needs a scope: an object of its name. */
static int64_t memory_of(int64_t scope)
{
	return PUT(.kind = "object", .class_name = "library", .owner = scope);
}

static void end_otherwise(const char *end)
{
	rows_end();
	rows_begin_as(end);
}

Test(scope, a_close_that_never_returned_is_unclosed_with_all_that_it_owns)
{
	int64_t library = CLOSING("library", CLOSED);
	int64_t agent = PUT(.kind = "scope", .class_name = "Agent", .owner = library);

	udp(agent);
	PUT(.kind = "scope", .class_name = "Channel", .traits = "must-close", .owner = library);
	judge();
	expect_findings("scope-unclosed unclosed scope library 1 init");
	expect_message("1 library opened here was never closed: its close began and did not "
		       "return, with 1 UDP socket, 1 Agent, 1 Channel");
	expect_chain("created at init\n"
		     "its close began 50.00 s before the end on thread 101 and did not return, at "
		     "cleanup\n"
		     "to it belongs the Agent created at\n"
		     "to it belongs the UDP socket created at open_socket\n"
		     "to it belongs the Channel created at");
}

Test(scope, who_keeps_what_a_close_waits_for_is_named)
{
	int64_t memory = memory_of(CLOSING("library", CLOSED));

	hold(memory, 0, "token", 3, 1, "stack_start");
	judge();
	expect_findings("scope-unclosed unclosed scope library 1 init");
	expect("SELECT role FROM evidence WHERE position = 2",
	       "held by \"token\": 1 of 3 released, taken at");
}

Test(scope, a_close_that_waits_though_nobody_keeps_anything_says_so)
{
	int64_t memory = memory_of(CLOSING("library", CLOSED));

	hold(memory, 0, "token", 3, 3, "stack_start");
	trace_execute(trace, "UPDATE reference SET released_stack = stack_id");
	judge();
	expect_chain("created at init\n"
		     "its close began 50.00 s before the end on thread 101 and did not return, at "
		     "cleanup\n"
		     "no reference to it is left, and nobody destroyed it; one was released at "
		     "stack_start");
}

Test(scope, a_close_that_waits_for_a_leak_is_explained_by_it)
{
	int64_t memory = memory_of(CLOSING("library", CLOSED));

	hold(memory, candidate(CLOSED_CONNECTION), "token", 1, 0, "object_init");
	judge();
	expect_findings("ref-leak leaked object Candidate 1 gather");
}

Test(scope, a_close_is_not_explained_by_a_leak_that_keeps_what_belongs_to_others_too)
{
	int64_t memory = memory_of(CLOSING("library", CLOSED)), loop;

	loop = PUT(.kind = "object", .class_name = "Loop", .refs = 1,
		   .owner = PUT(.kind = "scope", .class_name = "Server"));
	hold(memory, loop, "token", 1, 0, "object_init");
	hold(loop, candidate(CLOSED_CONNECTION), "socket", 1, 0, "add_socket");
	judge();
	expect_findings("ref-leak leaked object Candidate 1 gather\n"
			"scope-unclosed unclosed scope library 1 init");
}

Test(scope, a_close_is_not_explained_by_a_leak_that_keeps_what_belongs_to_nobody)
{
	int64_t memory = memory_of(CLOSING("library", CLOSED));
	int64_t loop = PUT(.kind = "object", .class_name = "Loop", .refs = 1);

	hold(memory, loop, "token", 1, 0, "object_init");
	hold(loop, candidate(CLOSED_CONNECTION), "socket", 1, 0, "add_socket");
	judge();
	expect_findings("ref-leak leaked object Candidate 1 gather\n"
			"scope-unclosed unclosed scope library 1 init");
}

Test(scope, many_that_hold_each_other_through_one_are_judged_in_time)
{
	enum { MANY = 32000 };
	int64_t loop = PUT(.kind = "object", .class_name = "Loop", .refs = MANY);

	within_cpu_seconds(30);
	for (int i = 0; i < MANY; i++) {
		int64_t agent = candidate(CLOSING("Connection", CLOSED));

		hold(agent, loop, "loop", 1, 0, "register");
		hold(loop, agent, "agent", 1, 0, "agent_init");
	}
	judge();
	expect("SELECT count || ' ' || state FROM finding WHERE rule = 'scope-unclosed'",
	       "32000 unclosed");
}

Test(scope, a_close_that_waits_for_what_nobody_closed_is_explained_by_it)
{
	int64_t memory = memory_of(CLOSING("library", CLOSED));

	hold(memory, candidate(OPEN_CONNECTION), "token", 1, 0, "object_init");
	judge();
	expect_findings("scope-unclosed unclosed scope Connection 1 connect");
}

Test(scope, of_closes_that_wait_for_each_other_the_younger_tells)
{
	int64_t library = CLOSING("library", CLOSED);
	int64_t connection = CLOSING("Connection", CLOSED, .born = 11 * SECOND);
	int64_t one = memory_of(library), other = candidate(connection);

	hold(one, other, "token", 1, 0, "object_init");
	hold(other, one, "library", 1, 0, "start");
	judge();
	expect_findings("scope-unclosed unclosed scope Connection 1 init");
}

Test(scope, a_close_that_began_within_the_grace_time_is_undecided)
{
	CLOSING("library", END - SECOND / 2);
	judge();
	expect_findings("scope-unclosed recheck scope library 1 init");
}

Test(scope, a_close_that_waits_for_what_is_undecided_is_so_too)
{
	int64_t memory = memory_of(CLOSING("library", CLOSED));
	int64_t connection = PUT(.kind = "scope", .class_name = "Connection", .close = END - 2,
				 .closed = END - 1);

	hold(memory, candidate(connection), "token", 1, 0, "object_init");
	judge();
	expect_findings("ref-leak recheck object Candidate 1 gather\n"
			"scope-unclosed recheck scope library 1 init");
}

Test(scope, a_close_that_perhaps_ended_the_program_is_undecided_unless_that_failed)
{
	CLOSING("library", CLOSED);
	trace_execute(trace, "UPDATE resource SET traits = 'must-close,left'");
	judge();
	expect_findings("scope-unclosed recheck scope library 1 init");
	expect_chain("created at init\n"
		     "its close began 50.00 s before the end on thread 101, which ended the "
		     "program, and did not return, at cleanup");
	trace_execute(trace, "UPDATE process SET code = 1");
	judge();
	expect_findings("scope-unclosed unclosed scope library 1 init");
}

Test(scope, what_is_decided_of_one_counts_though_another_is_not)
{
	CLOSING("library", END - 1);
	CLOSING("library", CLOSED);
	judge();
	expect_findings("scope-unclosed unclosed scope library 1 init");
}

Test(scope, of_several_it_says_how_many_began_to_close)
{
	CLOSING("library", CLOSED);
	PUT(.kind = "scope", .class_name = "library", .traits = "must-close", .made_in = "init");
	judge();
	expect_message("2 libraries opened here were never closed (the close of 1 began and did "
		       "not return)");
}

Test(scope, a_close_that_hung_when_the_program_was_killed_is_told_without_blame)
{
	end_otherwise("signal");
	udp(CLOSING("library", CLOSED));
	judge();
	expect_findings("scope-unclosed at-exit scope library 1 init");
	expect_message("1 library opened here was never closed: its close began and did not "
		       "return, with 1 UDP socket");
}

Test(scope, a_close_that_hangs_while_the_program_runs_is_told_likewise)
{
	end_otherwise("running");
	udp(CLOSING("library", CLOSED));
	judge();
	expect_findings("scope-unclosed at-exit scope library 1 init");
}

Test(scope, a_close_that_has_just_begun_at_a_signal_is_none)
{
	end_otherwise("signal");
	udp(CLOSING("library", END - SECOND / 2));
	judge();
	expect_findings("none");
}

Test(scope, a_close_that_has_just_begun_while_the_program_runs_is_none)
{
	end_otherwise("running");
	udp(CLOSING("library", END - SECOND / 2));
	judge();
	expect_findings("none");
}

Test(scope, what_a_close_within_another_has_not_ended_is_that_ones_leak)
{
	udp(PUT(.kind = "scope", .class_name = "Agent", .owner = CLOSED_CONNECTION,
		.close = CLOSED));
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
	expect_message("1 UDP socket outlived its Connection");
}

Test(scope, one_in_a_close_that_never_returned_outlives_its_owner)
{
	udp(CLOSING("Connection", CLOSED,
		    .owner = PUT(.kind = "scope", .class_name = "Server", .close = CLOSED,
				 .closed = CLOSED)));
	judge();
	expect_findings("scope-unclosed leaked scope Connection 1 init");
	expect_message("1 Connection outlived its Server, in a close that never returned; it holds "
		       "1 UDP socket");
}

Test(scope, closes_that_never_return_are_told_once_though_they_grow)
{
	for (uint64_t i = 1; i <= 4; i++) {
		udp(CLOSING("Connection", i * SECOND - 200, .born = i * SECOND - 500));
		trace_add_mark(trace, 100, i * SECOND, "session");
	}
	judge();
	expect_findings("scope-unclosed unclosed scope Connection 4 init");
	expect_message("4 Connections opened here were never closed: their close began and did not "
		       "return, with 4 UDP sockets; 1 more at every session (1, 2, 3, 4)");
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

Test(scope, destroyed_without_a_close_is_closed_by_that)
{
	udp(PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",
		.died = CLOSED));
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
	expect_message("1 UDP socket outlived its Connection");
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
