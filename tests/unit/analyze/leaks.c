/* SPDX-License-Identifier: Apache-2.0 */
/* What outlived what it belongs to. */
#include "rows.inc.c"

TestSuite(leaks, .init = rows_begin, .fini = rows_end);

/* A socket that a candidate owns, which nobody lets go. */
static void held_candidate(int64_t connection)
{
	int64_t held = candidate(connection);

	udp(held);
	hold(held, 0, "checklist", 4, 0, "checklist_add");
	hold(held, 0, "selected pair", 2, 1, "select_pair");
}

Test(leaks, a_socket_that_outlives_its_connection_is_leaked_and_shows_who_holds_its_owner)
{
	held_candidate(CLOSED_CONNECTION);
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
	expect_message(
		"1 UDP socket outlived its Connection: kept by a Candidate with 5 references "
		"never released (checklist 4, selected pair 1)");
	expect_chain("created at open_socket\n"
		     "it belongs to the Candidate, created at gather\n"
		     "held by \"checklist\": 0 of 4 released, taken at checklist_add\n"
		     "held by \"selected pair\": 1 of 2 released, taken at select_pair\n"
		     "its Connection was closed 50.00 s before the end by thread 101 (the call "
		     "returned at once), at connection_close");
}

Test(leaks, what_else_is_kept_comes_last)
{
	int64_t held = candidate(CLOSED_CONNECTION);

	udp(held);
	PUT(.kind = "thread", .class_name = "thread", .owner = held);
	PUT(.kind = "task", .class_name = "reader", .owner = held);
	hold(held, 0, "checklist", 1, 0, "checklist_add");
	judge();
	expect("SELECT count(*) FROM finding WHERE rule = 'fd-leak'", "1");
	expect("SELECT role FROM evidence WHERE finding_id = (SELECT id FROM finding WHERE rule = "
	       "'fd-leak') ORDER BY position DESC LIMIT 1",
	       "with it stay 1 thread, 1 reader task");
}

Test(leaks, equal_ones_of_many_sessions_are_one_finding)
{
	for (int i = 0; i < 3; i++)
		held_candidate(CLOSED_CONNECTION);
	judge();
	expect_findings("fd-leak leaked fd udp 3 open_socket");
	expect_message("3 UDP sockets outlived their Connection: each kept by a Candidate with 5 "
		       "references never released (checklist 4, selected pair 1)");
	expect("SELECT count(*) FROM evidence WHERE role = 'created at'", "3");
}

Test(leaks, what_is_proven_is_not_told_as_growing_too)
{
	for (uint64_t i = 1; i <= 4; i++) {
		int64_t connection =
			PUT(.kind = "scope", .class_name = "Connection", .close = i * SECOND,
			    .closed = i * SECOND, .born = i * SECOND - 500, .made_in = "connect",
			    .died = i * SECOND + 10);

		PUT(.kind = "fd", .class_name = "udp", .owner = connection,
		    .born = i * SECOND - 400, .made_in = "open_socket");
		trace_add_mark(trace, 100, i * SECOND + 20, "session");
	}
	judge();
	expect_findings("fd-leak leaked fd udp 4 open_socket");
}

Test(leaks, an_object_alone_is_told_by_its_references)
{
	int64_t held = candidate(CLOSED_CONNECTION);

	hold(held, 0, "checklist", 3, 0, "checklist_add");
	judge();
	expect_findings("ref-leak leaked object Candidate 1 gather");
	expect_message("1 Candidate outlived its Connection: with 3 references never released "
		       "(checklist 3)");
}

Test(leaks, of_objects_that_keep_others_the_first_is_told)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t list = PUT(.kind = "object", .class_name = "Checklist", .owner = connection,
			   .refs = 1, .made_in = "checklist_create");
	int64_t held = candidate(connection);

	hold(list, 0, "agent", 1, 0, "agent_start");
	hold(held, list, "pair", 1, 0, "checklist_add");
	judge();
	expect_findings("ref-leak leaked object Checklist 1 checklist_create");
}

Test(leaks, a_socket_names_all_that_keeps_it_up_to_the_root)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t list = PUT(.kind = "object", .class_name = "Checklist", .owner = connection,
			   .refs = 1, .made_in = "checklist_create", .name = "audio");
	int64_t held = candidate(connection);

	udp(held);
	hold(list, 0, NULL, 1, 0, "agent_start");
	hold(held, list, "pair", 1, 0, "checklist_add");
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
	expect_chain("created at open_socket\n"
		     "it belongs to the Candidate, created at gather\n"
		     "held by \"pair\" of a Checklist: 0 of 1 released, taken at checklist_add\n"
		     "it is held by the Checklist 'audio', created at checklist_create\n"
		     "held by nobody in particular: 0 of 1 released, taken at agent_start\n"
		     "its Connection was closed 50.00 s before the end by thread 101 (the call "
		     "returned at once), at connection_close");
}

Test(leaks, threads_that_live_on_after_cleanup_are_told)
{
	int64_t library = PUT(.kind = "scope", .class_name = "library", .traits = "must-close",
			      .close = CLOSED, .closed = CLOSED, .died = CLOSED + 1);

	PUT(.kind = "thread", .class_name = "thread", .owner = library, .made_in = "pool_start");
	PUT(.kind = "thread", .class_name = "thread", .owner = library, .made_in = "pool_start",
	    .ending = "detached");
	judge();
	expect_findings("thread-leak leaked thread thread 2 pool_start");
	expect_message("2 threads outlived their library");
}

Test(leaks, a_thread_that_ended_and_waits_to_be_joined_is_said_to)
{
	int64_t library =
		PUT(.kind = "scope", .class_name = "library", .close = CLOSED, .closed = CLOSED);

	PUT(.kind = "thread", .class_name = "thread", .owner = library, .made_in = "pool_start",
	    .died = CLOSED - SECOND, .ending = "done");
	judge();
	expect_findings("thread-leak leaked thread thread 1 pool_start");
	expect_message("1 thread outlived its library: 1 ended, never joined nor detached");
}

Test(leaks, an_owner_of_any_kind_that_ended_counts_as_one)
{
	int64_t held = PUT(.kind = "object", .class_name = "Candidate", .died = CLOSED,
			   .died_in = "candidate_free");

	udp(held);
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
	expect_chain("created at open_socket\n"
		     "its Candidate ended 50.00 s before the end, at candidate_free");
}

Test(leaks, a_task_that_nothing_can_wake_is_lost_and_holds_the_rest)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t task = PUT(.kind = "task", .class_name = "handshake", .owner = connection,
			   .woken = 0, .refs = 0, .made_in = "spawn_handshake");
	int64_t held = candidate(connection);

	udp(held);
	hold(held, task, "handshake", 1, 0, "handshake_run");
	judge();
	expect_findings("task-lost-waker leaked task handshake 1 spawn_handshake");
	expect_message("1 handshake task outlived its Connection, pending, and nothing can wake it "
		       "any more; it holds 1 UDP socket, 1 Candidate");
}

Test(leaks, a_task_that_can_be_woken_is_orphaned)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t task = PUT(.kind = "task", .class_name = "query", .owner = connection, .woken = 0,
			   .refs = 1, .made_in = "spawn_query");

	waker(task, 0);
	PUT(.kind = "task", .class_name = "query", .owner = connection, .woken = 1, .refs = 0,
	    .made_in = "spawn_query");
	judge();
	expect_findings("task-orphaned leaked task query 2 spawn_query");
	expect_message("2 query tasks outlived their Connection, still pending");
}

Test(leaks, a_waker_that_went_with_its_holder_wakes_nobody)
{
	int64_t task = PUT(.kind = "task", .class_name = "query", .owner = CLOSED_CONNECTION,
			   .woken = 0, .refs = 1, .made_in = "spawn_query");

	waker(task, PUT(.kind = "object", .class_name = "Socket", .died = CLOSED));
	judge();
	expect_findings("task-lost-waker leaked task query 1 spawn_query");
}

Test(leaks, a_task_in_a_circle_is_the_cause_and_not_the_circle)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t transport = PUT(.kind = "object", .class_name = "Transport", .owner = connection,
				.refs = 1, .made_in = "transport_create");
	int64_t task = PUT(.kind = "task", .class_name = "handshake", .owner = transport,
			   .woken = 0, .refs = 1, .made_in = "spawn_handshake");

	waker(task, 0);
	hold(transport, task, "handshake", 1, 0, "handshake_run");
	judge();
	expect_findings("task-orphaned leaked task handshake 1 spawn_handshake");
}

Test(leaks, a_timer_that_is_still_armed_is_told)
{
	PUT(.kind = "timer", .class_name = "checker", .owner = CLOSED_CONNECTION,
	    .made_in = "arm_checker");
	judge();
	expect_findings("timer-leak leaked timer checker 1 arm_checker");
	expect_message("1 checker timer outlived its Connection, still armed");
}

Test(leaks, a_timer_of_a_closed_agent_is_told_as_a_timer)
{
	int64_t agent = PUT(.kind = "scope", .class_name = "Agent", .owner = CLOSED_CONNECTION,
			    .close = CLOSED, .closed = CLOSED);

	PUT(.kind = "timer", .class_name = "checker", .owner = agent, .made_in = "arm_checker");
	judge();
	expect_findings("timer-leak leaked timer checker 1 arm_checker");
}

Test(leaks, a_one_shot_callback_that_was_never_called_is_told)
{
	int64_t connection = CLOSED_CONNECTION;

	for (int i = 0; i < 3; i++)
		PUT(.kind = "callback", .class_name = "onQueued", .traits = "one-shot",
		    .owner = connection, .made_in = "send_message");
	judge();
	expect_findings("callback-unfired leaked callback onQueued 3 send_message");
	expect_message("3 onQueued callbacks outlived their Connection, neither called nor "
		       "cancelled nor given up");
}

Test(leaks, a_callback_that_belongs_to_nothing_is_told_at_the_end)
{
	PUT(.kind = "callback", .class_name = "onQueued", .traits = "one-shot",
	    .made_in = "send_message");
	judge();
	expect_findings("callback-unfired at-exit callback onQueued 1 send_message");
}

Test(leaks, a_cancelled_callback_and_handlers_that_were_never_called_are_none)
{
	int64_t connection = CLOSED_CONNECTION;

	PUT(.kind = "callback", .class_name = "onQueued", .traits = "one-shot", .cancelled = true,
	    .owner = connection);
	PUT(.kind = "callback", .class_name = "onError", .owner = connection);
	PUT(.kind = "callback", .class_name = "onError",
	    .owner = PUT(.kind = "scope", .class_name = "Channel", .owner = connection,
			 .close = CLOSED, .closed = CLOSED));
	PUT(.kind = "callback", .class_name = "onError");
	judge();
	expect_findings("none");
}

Test(leaks, a_handler_that_outlives_its_destroyed_owner_is_told)
{
	int64_t consumer = PUT(.kind = "object", .class_name = "Consumer", .died = CLOSED);

	PUT(.kind = "callback", .class_name = "listener", .owner = consumer,
	    .made_in = "add_listener");
	judge();
	expect_findings("callback-unfired leaked callback listener 1 add_listener");
}

Test(leaks, things_that_hold_each_other_are_a_circle_that_is_spelled_out)
{
	int64_t publisher = PUT(.kind = "object", .class_name = "Publisher", .refs = 1,
				.owner = CLOSED_CONNECTION, .made_in = "publish");
	int64_t stream = PUT(.kind = "object", .class_name = "Stream", .refs = 1,
			     .owner = CLOSED_CONNECTION, .made_in = "stream_create");

	hold(publisher, stream, "publisher", 1, 0, "stream_attach");
	hold(stream, publisher, "stream", 1, 0, "publisher_add");
	udp(stream);
	judge();
	expect_findings("ref-cycle leaked object Publisher 1 publish");
	expect_message("1 Publisher in a circle outlived its Connection: Publisher held by Stream "
		       "held by Publisher");
	expect_chain("created at publish\n"
		     "the Publisher is held by the Stream, taken at stream_attach\n"
		     "the Stream is held by the Publisher, taken at publisher_add\n"
		     "its Connection was closed 50.00 s before the end by thread 101 (the call "
		     "returned at once), at connection_close");
}

Test(leaks, a_circle_through_callbacks_and_a_closed_scope_is_one)
{
	int64_t user = PUT(.kind = "object", .class_name = "UserObject", .refs = 1,
			   .made_in = "user_create");
	int64_t connection = PUT(.kind = "scope", .class_name = "Connection", .owner = user,
				 .close = CLOSED, .closed = CLOSED);
	int64_t callback = PUT(.kind = "callback", .class_name = "onState", .owner = connection,
			       .made_in = "user_listen");

	hold(user, callback, "captured", 1, 0, "user_listen");
	judge();
	expect_findings("ref-cycle leaked object UserObject 1 user_create");
	expect_message("1 UserObject in a circle outlived its Connection: UserObject held by "
		       "onState callback held by Connection held by UserObject");
}

Test(leaks, a_circle_that_something_alive_holds_is_none)
{
	int64_t server = PUT(.kind = "scope", .class_name = "Server");
	int64_t a = PUT(.kind = "object", .class_name = "A", .refs = 2);
	int64_t b = PUT(.kind = "object", .class_name = "B", .refs = 1);

	hold(a, b, NULL, 1, 0, "f");
	hold(b, a, NULL, 1, 0, "f");
	hold(a, server, "registry", 1, 0, "f");
	judge();
	expect_findings("none");
}

Test(leaks, a_reference_that_was_handed_over_keeps_its_object_rightly)
{
	int64_t server = PUT(.kind = "scope", .class_name = "Server");
	int64_t mux = PUT(.kind = "object", .class_name = "Mux", .owner = server, .refs = 1);
	int64_t held = PUT(.kind = "object", .class_name = "Candidate", .refs = 1,
			   .hint = CLOSED_CONNECTION);

	hold(held, 0, "agent", 1, 1, "gather");
	hold(held, mux, "mux", 1, 0, "mux_add");
	udp(held);
	judge();
	expect_findings("none");
}

Test(leaks, what_belongs_to_nothing_is_told_at_exit_with_what_it_owns)
{
	int64_t held = candidate(0);

	udp(held);
	judge();
	expect_findings("fd-leak at-exit fd udp 1 open_socket");
	expect_message("1 UDP socket was alive at the end: kept by a Candidate");
}

Test(leaks, an_unannotated_descriptor_beside_annotated_ones_is_told_as_ever)
{
	CLOSED_CONNECTION;
	PUT(.kind = "fd", .class_name = "udp", .made_in = "open_socket");
	judge();
	expect_findings("fd-leak at-exit fd udp 1 open_socket");
	expect_message("1 UDP socket opened here was never closed");
}

Test(leaks, another_thing_at_the_same_address_is_another)
{
	PUT(.kind = "object", .class_name = "Candidate", .subject = 0x77, .died = CLOSED - 1);
	PUT(.kind = "object", .class_name = "Candidate", .subject = 0x77, .died = END - 1);
	PUT(.kind = "object", .class_name = "Candidate", .subject = 0x78, .died = CLOSED);
	judge();
	expect_findings("none");
}

Test(leaks, owners_in_a_circle_are_judged_and_end)
{
	int64_t a = PUT(.kind = "object", .class_name = "A", .made_in = "f");
	int64_t b = PUT(.kind = "object", .class_name = "B", .owner = a, .made_in = "f");
	char sql[96];

	snprintf(sql, sizeof(sql), "UPDATE resource SET owner_id = %lld WHERE id = %lld",
		 (long long)b, (long long)a);
	cr_assert_eq(trace_execute(trace, sql), 0);
	judge();
	expect_findings("ref-cycle at-exit object A 1 f");
}

Test(leaks, judging_again_gives_the_same)
{
	held_candidate(CLOSED_CONNECTION);
	judge();
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
	expect("SELECT count(*) FROM evidence", "5");
}

Test(leaks, a_long_chain_keeps_its_ends)
{
	int64_t last = CLOSED_CONNECTION, first = last;

	for (int i = 0; i < 40; i++) {
		char name[16];

		snprintf(name, sizeof(name), "Layer%d", i);
		last = PUT(.kind = "object", .class_name = name, .owner = last, .made_in = name);
		first = i == 0 ? last : first;
	}
	udp(last);
	judge();
	expect("SELECT count(*) FROM finding", "1");
	expect("SELECT role FROM evidence WHERE role LIKE 'it belongs%' OR role LIKE 'it is held%' "
	       "ORDER BY position LIMIT 1",
	       "it belongs to the Layer39, created at");
	expect("SELECT count(*) FROM evidence WHERE role LIKE '%the Layer0, created at'", "1");
}

Test(leaks, a_hint_to_what_was_closed_just_now_says_nothing)
{
	PUT(.kind = "fd", .class_name = "udp", .made_in = "open_socket",
	    .hint = PUT(.kind = "scope", .class_name = "Connection", .close = END - 2,
			.closed = END - 1));
	judge();
	expect_findings("fd-leak at-exit fd udp 1 open_socket");
}

Test(leaks, what_belongs_to_something_shares_its_fate_whoever_holds_it)
{
	int64_t server = PUT(.kind = "scope", .class_name = "Server");
	int64_t agent = PUT(.kind = "object", .class_name = "Agent", .made_in = "agent_create");
	int64_t held = candidate(agent);

	udp(held);
	hold(held, server, "mux", 1, 0, "mux_add");
	judge();
	expect_findings("fd-leak at-exit fd udp 1 open_socket");
}

Test(leaks, what_belongs_to_nothing_shares_the_best_fate_of_its_holders)
{
	int64_t server = PUT(.kind = "scope", .class_name = "Server");
	int64_t stray = PUT(.kind = "object", .class_name = "Stray", .made_in = "stray_create");
	int64_t held = candidate(0);

	udp(held);
	hold(held, stray, NULL, 1, 0, "f");
	hold(held, server, "mux", 1, 0, "mux_add");
	judge();
	expect_findings("ref-leak at-exit object Stray 1 stray_create");
}

Test(leaks, a_closed_agent_does_not_hide_what_it_left)
{
	int64_t agent = PUT(.kind = "scope", .class_name = "Agent", .owner = CLOSED_CONNECTION,
			    .close = CLOSED, .closed = CLOSED);

	udp(agent);
	PUT(.kind = "thread", .class_name = "thread", .owner = agent, .made_in = "start");
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket\n"
			"thread-leak leaked thread thread 1 start");
}

Test(leaks, of_one_place_what_is_proven_is_told_and_not_what_grows)
{
	udp(CLOSED_CONNECTION);
	for (uint64_t i = 1; i <= 4; i++) {
		PUT(.kind = "fd", .class_name = "udp", .born = i * SECOND,
		    .made_in = "open_socket");
		trace_add_mark(trace, 100, i * SECOND + 20, "session");
	}
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
}

Test(leaks, whoever_can_wake_a_task_does_not_keep_it)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t task = PUT(.kind = "task", .class_name = "query", .owner = connection, .woken = 0,
			   .refs = 1, .made_in = "spawn_query");
	int64_t queue = PUT(.kind = "object", .class_name = "Queue", .owner = connection,
			    .made_in = "queue_create");

	waker(task, queue);
	judge();
	expect_findings("ref-leak leaked object Queue 1 queue_create\n"
			"task-orphaned leaked task query 1 spawn_query");
}

Test(leaks, what_a_handler_of_a_closed_connection_keeps_is_none)
{
	int64_t handler =
		PUT(.kind = "callback", .class_name = "onState", .owner = CLOSED_CONNECTION);

	hold(candidate(0), handler, "captured", 1, 0, "user_listen");
	judge();
	expect_findings("none");
}

Test(leaks, what_a_closed_connection_still_holds_is_leaked)
{
	hold(candidate(0), CLOSED_CONNECTION, "pair", 1, 0, "select_pair");
	judge();
	expect_findings("ref-leak leaked object Candidate 1 gather");
	expect("SELECT role FROM evidence WHERE position = 1",
	       "held by \"pair\" of a Connection, which is closed: 0 of 1 released, taken at");
}

Test(leaks, of_a_circle_that_is_held_from_outside_the_references_are_told)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t a = PUT(.kind = "object", .class_name = "A", .owner = connection, .refs = 2);
	int64_t b = PUT(.kind = "object", .class_name = "B", .owner = connection, .refs = 1);

	hold(a, b, NULL, 1, 0, "f");
	hold(b, a, NULL, 1, 0, "f");
	hold(a, PUT(.kind = "scope", .class_name = "Server"), "registry", 1, 0, "f");
	judge();
	expect("SELECT DISTINCT rule || ' ' || state FROM finding", "ref-leak leaked");
}

/* Four sessions, each with a candidate that has a socket. */
static void sessions_with_candidates(bool owned)
{
	for (uint64_t i = 1; i <= 4; i++) {
		int64_t connection = PUT(.kind = "scope", .class_name = "Connection",
					 .close = i * SECOND, .closed = i * SECOND,
					 .born = i * SECOND - 500, .died = i * SECOND + 10);
		int64_t held = PUT(.kind = "object", .class_name = "Candidate",
				   .owner = owned ? connection : 0, .hint = connection,
				   .born = i * SECOND - 400, .made_in = "gather");

		PUT(.kind = "fd", .class_name = "udp", .owner = held, .born = i * SECOND - 300,
		    .made_in = "open_socket");
		trace_add_mark(trace, 100, i * SECOND + 20, "session");
	}
	judge();
}

Test(leaks, what_keeps_a_leak_does_not_grow_by_itself)
{
	sessions_with_candidates(true);
	expect_findings("fd-leak leaked fd udp 4 open_socket");
}

Test(leaks, what_keeps_a_suspect_does_not_grow_by_itself)
{
	sessions_with_candidates(false);
	expect_findings("fd-leak growing fd udp 4 open_socket");
}

Test(leaks, the_root_of_a_chain_tells_its_references)
{
	int64_t held = candidate(CLOSED_CONNECTION);
	int64_t carrier = PUT(.kind = "object", .class_name = "carrier", .owner = held, .refs = 1,
			      .made_in = "carrier_open");

	udp(carrier);
	hold(carrier, held, "candidate", 1, 0, "carrier_open");
	hold(held, 0, "checklist", 4, 0, "checklist_add");
	hold(held, 0, "selected pair", 1, 0, "select_pair");
	judge();
	expect_message("1 UDP socket outlived its Connection: kept by a Candidate with 5 "
		       "references never released (checklist 4, selected pair 1)");
}

Test(leaks, the_object_of_a_scope_outlives_its_own_close)
{
	int64_t object = PUT(.kind = "object", .class_name = "Connection", .refs = 1,
			     .owner = CLOSED_CONNECTION, .made_in = "connect");

	hold(object, 0, "user", 1, 0, "connect");
	judge();
	expect_message("1 Connection outlived its own close: with 1 reference never released "
		       "(user 1)");
}

/* Of a process that runs on and does nothing more, the recording's end tells how long it waited. */
static void running_after_close(const char *ended_ns)
{
	rows_end();
	rows_begin_as("running");
	cr_assert_eq(trace_execute(trace, "UPDATE process SET end_ns = NULL"), 0);
	held_candidate(CLOSED_CONNECTION);
	if (ended_ns != NULL)
		cr_assert_eq(trace_set_meta(trace, "ended_ns", ended_ns), 0);
	judge();
}

Test(leaks, in_a_process_that_runs_on_what_outlived_a_scope_is_leaked_when_the_recording_ends_late)
{
	running_after_close("52000000000");
	expect("SELECT state FROM finding", "leaked");
}

Test(leaks, and_undecided_when_it_ends_within_the_grace_time)
{
	running_after_close("50500000000");
	expect("SELECT state FROM finding", "recheck");
}

Test(leaks, or_when_nobody_knows_when_it_ended)
{
	running_after_close(NULL);
	expect("SELECT state FROM finding", "recheck");
}
