/* SPDX-License-Identifier: Apache-2.0 */
/* What was done wrong to annotated things. */
#include "rows.inc.c"

TestSuite(act, .init = rows_begin, .fini = rows_end);

Test(act, a_reference_released_twice_is_told)
{
	int64_t object = PUT(.kind = "object", .class_name = "Candidate", .died = CLOSED,
			     .made_in = "gather", .died_in = "candidate_free");

	act("over-release", object, 0, "pair_remove");
	act("over-release", object, 0, "pair_remove");
	judge();
	expect_findings("over-release broken object Candidate 2 pair_remove");
	expect_message("2 references to Candidates were released here that were not held");
	expect("SELECT role FROM evidence WHERE position < 3",
	       "created at\ndestroyed at\nreleased again at");
}

Test(act, a_one_shot_callback_called_again_is_told)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "onQueued", .traits = "one-shot",
			       .died = CLOSED, .ending = "fired", .made_in = "send_message",
			       .died_in = "flush");

	act("fired-again", callback, 0, "retry");
	judge();
	expect_findings("callback-double-fire broken callback onQueued 1 retry");
	expect_message("1 one-shot onQueued callback was called here again");
	expect_chain("created at send_message\ncalled first at flush\ncalled again at retry");
}

Test(act, a_callback_called_after_its_scope_was_closed_is_told)
{
	int64_t scope = PUT(.kind = "scope", .class_name = "Connection", .traits = "quiet",
			    .close = CLOSED, .closed = CLOSED, .closed_in = "connection_close");
	int64_t callback = PUT(.kind = "callback", .class_name = "onMessage", .owner = scope,
			       .made_in = "listen", .died = END);

	act("fired-late", callback, scope, "deliver");
	judge();
	expect_findings("callback-after-close broken callback onMessage 1 deliver");
	expect_message("1 onMessage callback was called after the end of its Connection");
	expect_chain("created at listen\nits Connection was closed at connection_close\n"
		     "called at deliver");
}

Test(act, what_came_after_an_act_is_not_told_before_it)
{
	int64_t scope = PUT(.kind = "scope", .class_name = "Connection", .traits = "quiet",
			    .close = CLOSED, .closed = CLOSED, .closed_in = "connection_close",
			    .died = END - 1, .died_in = "connection_free");
	int64_t callback = PUT(.kind = "callback", .class_name = "onMessage", .owner = scope,
			       .made_in = "listen", .died = END - 2, .died_in = "unlisten");

	act("fired-late", callback, scope, "deliver");
	judge();
	expect_chain("created at listen\nits Connection was closed at connection_close\n"
		     "called at deliver");
}

Test(act, of_many_the_sentence_says_how_often)
{
	int64_t late = PUT(.kind = "callback", .class_name = "onMessage", .died = CLOSED);
	int64_t again = PUT(.kind = "callback", .class_name = "onQueued", .died = CLOSED);

	for (int i = 0; i < 3; i++) {
		act("fired-late", late, 0, "deliver");
		act("fired-again", again, 0, "retry");
	}
	judge();
	expect("SELECT message FROM finding ORDER BY message",
	       "onMessage callbacks were called 3 times after the end of their registration\n"
	       "one-shot onQueued callbacks were called here again, 3 times");
}

Test(act, a_callback_called_after_it_was_given_up_is_told)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "onMessage", .made_in = "listen",
			       .died = CLOSED, .died_in = "unlisten");

	act("fired-late", callback, 0, "deliver");
	judge();
	expect_message("1 onMessage callback was called after the end of its registration");
	expect_chain("created at listen\ngiven up at unlisten\ncalled at deliver");
}

Test(act, a_timer_that_fired_when_its_owner_was_gone_is_told)
{
	int64_t agent = PUT(.kind = "scope", .class_name = "Agent", .died = CLOSED,
			    .died_in = "agent_free");

	for (int i = 0; i < 2; i++)
		act("fired-over",
		    PUT(.kind = "timer", .class_name = "consent", .owner = agent, .ending = "fired",
			.died = END, .made_in = "consent_start"),
		    agent, "run_timers");
	PUT(.kind = "timer", .class_name = "consent", .owner = agent, .made_in = "consent_start");
	judge();
	expect_findings("timer-leak broken timer consent 2 consent_start");
	expect_message("consent timers fired 2 times after the end of their Agent");
	expect("SELECT role FROM evidence WHERE position < 3",
	       "armed at\nits Agent was destroyed at\nfired at");
}

Test(act, what_tells_of_a_close_may_come_after_it)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "onClosed",
			       .traits = "one-shot,close-notice", .died = END);

	act("fired-late", callback, 0, "deliver");
	judge();
	expect_findings("none");
}

Test(act, a_callback_given_up_without_a_call_is_told)
{
	int64_t callback = PUT(.kind = "callback", .class_name = "onClosed", .traits = "one-shot",
			       .made_in = "listen", .died = CLOSED);

	act("dropped", callback, 0, "reset_callbacks");
	judge();
	expect_findings("callback-dropped broken callback onClosed 1 reset_callbacks");
	expect_message(
		"1 one-shot onClosed callback was given up here, neither called nor cancelled");
}

Test(act, what_is_needed_and_ended_too_early_is_told_where_it_was_ended)
{
	int64_t socket = PUT(.kind = "object", .class_name = "UdpSocket", .died = CLOSED,
			     .made_in = "server_listen", .died_in = "server_close");
	int64_t transport = PUT(.kind = "object", .class_name = "Transport", .died = END - 1,
				.made_in = "transport_create", .died_in = "transport_close");

	act("needed", socket, transport, "server_close");
	judge();
	expect_findings("close-order broken object UdpSocket 1 server_close");
	expect_message("1 UdpSocket was ended here while its Transport needed it");
	expect_chain("created at server_listen\nneeded by Transport, made at transport_create\n"
		     "ended too early at server_close\nTransport ended later, at transport_close");
}

Test(act, what_several_need_is_one_thing_that_ended_too_early)
{
	int64_t socket = PUT(.kind = "object", .class_name = "UdpSocket", .died = CLOSED,
			     .made_in = "server_listen");

	for (int i = 0; i < 3; i++)
		act("needed", socket,
		    PUT(.kind = "object", .class_name = "Transport", .made_in = "transport_create",
			.died = END),
		    "server_close");
	judge();
	expect_message("1 UdpSocket was ended here while its Transport needed it");
	expect("SELECT count(*) FROM evidence WHERE role LIKE 'needed by%'", "3");
	expect("SELECT count(*) FROM evidence WHERE role LIKE 'ended too early%'", "1");
}

Test(act, a_use_of_what_was_destroyed_is_blamed_on_the_user)
{
	int64_t socket = PUT(.kind = "object", .class_name = "UdpSocket", .died = CLOSED,
			     .made_in = "server_listen", .died_in = "server_close");

	act("late-use", socket, 0, "send_alert");
	judge();
	expect_findings("use-after-close broken object UdpSocket 1 send_alert");
	expect_message("1 UdpSocket used here had been destroyed before");
	expect_chain("created at server_listen\ndestroyed at server_close\nused at send_alert");
}

Test(act, a_name_that_ends_in_s_gets_its_kind_for_a_plural)
{
	int64_t dtls = PUT(.kind = "scope", .class_name = "dtls", .died = CLOSED);

	act("late-use", dtls, 0, "retransmit");
	act("late-use", dtls, 0, "retransmit");
	judge();
	expect_message("2 calls here used dtls scopes that had been destroyed before");
}

Test(act, the_first_act_comes_first_and_acts_before_leaks)
{
	int64_t object = PUT(.kind = "object", .class_name = "Candidate", .made_in = "gather",
			     .owner = CLOSED_CONNECTION, .refs = 1);

	act("over-release", object, 0, "pair_remove");
	judge();
	expect_findings("over-release broken object Candidate 1 pair_remove\n"
			"ref-leak leaked object Candidate 1 gather");
}
