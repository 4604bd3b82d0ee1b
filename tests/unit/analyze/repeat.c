/* SPDX-License-Identifier: Apache-2.0 */
/* Leaks that happen in every session: how often, and what comes of it, in one finding. */
#include "rows.inc.c"

TestSuite(repeat, .init = rows_begin, .fini = rows_end);

enum { SESSIONS = 4 };

static uint64_t in_session(int session)
{
	return (uint64_t)(10 + 10 * session) * SECOND;
}

/* After each session a mark; the program may have so many descriptors. */
static void set_marks(unsigned limit)
{
	char sql[64], text[32];

	for (int i = 0; i < SESSIONS; i++) {
		snprintf(text, sizeof(text), "session %d", i + 1);
		cr_assert_eq(trace_add_mark(trace, 100, in_session(i) + 5 * SECOND, text), 0);
	}
	snprintf(sql, sizeof(sql), "UPDATE process SET fd_limit = %u", limit);
	cr_assert_eq(trace_execute(trace, sql), 0);
}

static int64_t connection(int session, bool closed)
{
	uint64_t close = closed ? in_session(session) + SECOND : 0;

	return PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",
		   .born = in_session(session), .close = close, .closed = close,
		   .made_in = "connect");
}

static void sockets(int session, int64_t owner, int count)
{
	for (int i = 0; i < count; i++)
		PUT(.kind = "fd", .class_name = "udp", .owner = owner, .born = in_session(session),
		    .made_in = "open_socket");
}

Test(repeat, a_leak_of_every_session_says_how_many_and_when_the_limit_is_reached)
{
	set_marks(104);
	for (int i = 0; i < SESSIONS; i++)
		sockets(i, connection(i, true), 5);
	judge();
	expect_findings("fd-leak leaked fd udp 20 open_socket");
	expect_message("20 UDP sockets outlived their Connection; 5 more at every session (5, 10, "
		       "15, 20): the limit of 104 descriptors is reached after 17 more sessions");
	expect("SELECT slope FROM finding", "5.0");
}

Test(repeat, what_a_leak_holds_is_foretold_with_it)
{
	set_marks(44);
	for (int i = 0; i < SESSIONS; i++) {
		int64_t owner = connection(i, true);
		int64_t task = PUT(.kind = "task", .class_name = "query", .owner = owner,
				   .born = in_session(i), .made_in = "query_start", .woken = 1);

		sockets(i, task, 2);
	}
	judge();
	expect_findings("task-orphaned leaked task query 4 query_start");
	expect_message("4 query tasks outlived their Connection, still pending; each holds 2 UDP "
		       "sockets; 1 more at every session (1, 2, 3, 4): the limit of 44 descriptors "
		       "is reached after 18 more sessions");
}

Test(repeat, an_unclosed_scope_of_every_session_says_how_many)
{
	set_marks(24);
	for (int i = 0; i < SESSIONS; i++)
		sockets(i, connection(i, false), 1);
	judge();
	expect_findings("scope-unclosed unclosed scope Connection 4 connect");
	expect("SELECT message LIKE '%; 1 more at every session (1, 2, 3, 4)%' FROM finding", "1");
}

Test(repeat, where_the_holder_merely_grows_the_forecast_is_a_finding)
{
	set_marks(44);
	for (int i = 0; i < SESSIONS; i++)
		sockets(i,
			PUT(.kind = "task", .class_name = "query", .born = in_session(i),
			    .made_in = "query_start", .woken = 1),
			2);
	judge();
	expect("SELECT rule FROM finding WHERE rule = 'exhaustion'", "exhaustion");
}

Test(repeat, what_happened_once_says_nothing_of_it)
{
	set_marks(104);
	sockets(0, connection(0, true), 5);
	judge();
	expect_message("5 UDP sockets outlived their Connection");
	expect("SELECT slope IS NULL FROM finding", "1");
}

Test(repeat, where_more_grows_than_leaks_the_forecast_is_a_finding)
{
	set_marks(104);
	for (int i = 0; i < SESSIONS; i++) {
		sockets(i, connection(i, true), 1);
		PUT(.kind = "fd", .class_name = "file", .born = in_session(i), .made_in = "log");
	}
	judge();
	expect_findings("fd-leak leaked fd udp 4 open_socket\nfd-leak growing fd file 4 log\n"
			"exhaustion growing fd udp 8 open_socket");
}
