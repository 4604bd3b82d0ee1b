/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what is alive should be gone: owners, grace time, hints. */
#include "rows.inc.c"

TestSuite(fate, .init = rows_begin, .fini = rows_end);

Test(fate, whoever_went_without_letting_go_leaves_a_leak)
{
	int64_t list = PUT(.kind = "object", .class_name = "Checklist", .died = CLOSED);
	int64_t held = candidate(0);

	hold(held, list, "pair", 2, 0, "checklist_add");
	judge();
	expect_findings("ref-leak leaked object Candidate 1 gather");
	expect("SELECT role FROM evidence WHERE position = 1",
	       "held by \"pair\" of a Checklist, which is gone: 0 of 2 released, taken at");
}

Test(fate, what_an_open_server_owns_is_none)
{
	int64_t server = PUT(.kind = "scope", .class_name = "Server");
	int64_t mux = PUT(.kind = "object", .class_name = "Mux", .owner = server, .refs = 2);
	int64_t connection = CLOSED_CONNECTION;

	udp(mux);
	hold(mux, connection, "connection", 2, 2, "attach");
	hold(mux, PUT(.kind = "scope", .class_name = "Connection", .owner = server), "connection",
	     1, 0, "attach");
	PUT(.kind = "thread", .class_name = "thread", .owner = server);
	judge();
	expect_findings("none");
}

Test(fate, what_is_meant_to_stay_is_none)
{
	int64_t connection = CLOSED_CONNECTION;

	PUT(.kind = "object", .class_name = "Pool", .traits = "process-life", .owner = connection);
	PUT(.kind = "fd", .class_name = "udp", .owner = connection, .inherited = true);
	PUT(.kind = "fd", .class_name = "tcp", .owner = connection, .subject = 2);
	PUT(.kind = "timer", .class_name = "tick",
	    .owner = PUT(.kind = "scope", .class_name = "Loop", .traits = "process-life"));
	judge();
	expect_findings("none");
}

Test(fate, a_close_that_ends_all_within_the_grace_time_is_none)
{
	int64_t connection = CLOSED_CONNECTION;

	PUT(.kind = "fd", .class_name = "tcp", .owner = connection,
	    .died = CLOSED + 3 * SECOND / 10, .ending = "closed");
	judge();
	expect_findings("none");
}

Test(fate, what_ends_after_the_grace_time_is_late_and_fails_no_gate)
{
	int64_t connection = CLOSED_CONNECTION;

	PUT(.kind = "fd", .class_name = "tcp", .owner = connection, .died = CLOSED + 3 * SECOND,
	    .ending = "closed", .made_in = "accept_peer", .died_in = "reaper");
	judge();
	expect_findings("fd-leak late fd tcp 1 accept_peer");
	expect_chain("created at accept_peer\nits Connection was closed at connection_close\n"
		     "ended 3.00 s later at reaper");
	cr_expect_eq(analyze_state_fails("late", true), 0);
}

Test(fate, a_late_timer_fired_or_was_cancelled)
{
	int64_t connection = CLOSED_CONNECTION;

	PUT(.kind = "timer", .class_name = "rto", .owner = connection, .died = CLOSED + 3 * SECOND,
	    .ending = "cancelled", .made_in = "send", .died_in = "free_all");
	judge();
	expect_findings("timer-leak late timer rto 1 send");
	expect_message("1 rto timer fired or was cancelled, but long after the end of its owner");
	expect_chain("created at send\nits Connection was closed at connection_close\n"
		     "cancelled 3.00 s later at free_all");
}

Test(fate, the_grace_time_is_what_the_trace_says)
{
	udp(CLOSED_CONNECTION);
	trace_set_meta(trace, "grace_ns", "60000000000");
	judge();
	expect_findings("fd-leak recheck fd udp 1 open_socket");
	trace_set_meta(trace, "grace_ns", "0");
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
}

Test(fate, inside_the_grace_time_nothing_is_decided)
{
	PUT(.kind = "fd", .class_name = "udp", .made_in = "open_socket",
	    .owner = PUT(.kind = "scope", .class_name = "Connection", .close = END - SECOND / 2,
			 .closed = END - SECOND / 2));
	judge();
	expect_findings("fd-leak recheck fd udp 1 open_socket");
	expect_message("1 UDP socket was alive when the run ended, within the grace time after the "
		       "end of its Connection");
}

Test(fate, what_was_proven_once_is_not_counted_with_what_is_not)
{
	udp(CLOSED_CONNECTION);
	udp(PUT(.kind = "scope", .class_name = "Connection", .close = END - 1, .closed = END - 1));
	PUT(.kind = "fd", .class_name = "udp", .made_in = "open_socket");
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
}

Test(fate, a_close_that_took_its_time_says_how_long)
{
	udp(PUT(.kind = "scope", .class_name = "Connection", .close = END - 10 * SECOND,
		.closed = END - 10 * SECOND + SECOND / 4, .closed_in = "connection_close"));
	judge();
	expect_chain("created at open_socket\n"
		     "its Connection was closed 10.00 s before the end by thread 101 (the call "
		     "returned after 0.250 s), at connection_close");
}

Test(fate, a_hint_makes_only_suspect)
{
	PUT(.kind = "fd", .class_name = "udp", .hint = CLOSED_CONNECTION, .made_in = "open_socket");
	judge();
	expect_findings("fd-leak suspect fd udp 1 open_socket");
	expect_message("1 UDP socket made inside a call of Connection outlived it");
	cr_expect_eq(analyze_state_fails("suspect", false), 0);
	cr_expect_eq(analyze_state_fails("suspect", true), 1);
}

Test(fate, what_a_hint_makes_and_grows_is_growing)
{
	for (uint64_t i = 1; i <= 4; i++) {
		int64_t connection = PUT(.kind = "scope", .class_name = "Connection",
					 .close = i * SECOND, .closed = i * SECOND,
					 .born = i * SECOND - 500, .died = i * SECOND + 10);

		PUT(.kind = "fd", .class_name = "udp", .hint = connection, .born = i * SECOND - 400,
		    .made_in = "open_socket");
		trace_add_mark(trace, 100, i * SECOND + 20, "session");
	}
	judge();
	expect_findings("fd-leak growing fd udp 4 open_socket");
	expect("SELECT role FROM evidence WHERE position < 3",
	       "created at\nmade inside a call of the Connection, which was closed 99.00 s before "
	       "the end by thread 101 (the call returned at once), at\ncreated at");
}
