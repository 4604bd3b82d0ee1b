/* SPDX-License-Identifier: Apache-2.0 */
#include "both.inc.c"

#include <run/fault.h>
#include <run/late.h>
#include <run/object.h>
#include <unistd.h>

TestSuite(dtls, .init = pair_begin, .fini = pair_end, .timeout = 60);

static void expect_flights(void)
{
	/* ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone. */
	cr_expect_eq(pair.client.first_records, 1);
	cr_expect_eq(pair.server.first_records, 5);
	cr_expect_leq(pair.client.largest, DTLS_DATAGRAM_MAX);
	cr_expect_leq(pair.server.largest, DTLS_DATAGRAM_MAX);
}

static void expect_connected(void)
{
	cr_expect_eq(dtls_state(pair.client.dtls), DTLS_CONNECTED);
	cr_expect_eq(dtls_state(pair.server.dtls), DTLS_CONNECTED);
	cr_expect_null(dtls_failure(pair.client.dtls));
	cr_expect_eq(dtls_start(pair.client.dtls, NULL), -EALREADY);
}

Test(dtls, two_ends_connect_and_talk)
{
	pair_connect();
	on_executor(expect_connected);
	pair_talk();
	cr_expect_str_eq(pair.client.log, "CR");
	cr_expect_str_eq(pair.server.log, "CR");
}

Test(dtls, records_of_a_flight_share_a_datagram)
{
	pair_connect();
	on_executor(expect_flights);
}

static void expect_new(void)
{
	pair_create();
	cr_expect_eq(dtls_state(pair.client.dtls), DTLS_NEW);
	cr_expect_eq(send_text(&pair.client, "early"), -ENOTCONN);
	cr_assert_eq(dtls_start(pair.client.dtls, NULL), 0);
	cr_expect_eq(dtls_state(pair.client.dtls), DTLS_CONNECTING);
	cr_expect_eq(send_text(&pair.client, "early"), -ENOTCONN);
	cr_expect_eq(pair.client.sent, 0, "told from within dtls_start");
}

Test(dtls, nothing_is_sent_before_it_is_connected)
{
	on_executor(expect_new);
}

static uint8_t filled[DTLS_PAYLOAD_MAX + 1];

static bool large_received(void)
{
	return pair.server.last_size == DTLS_PAYLOAD_MAX;
}

static void send_large(void)
{
	memset(filled, 'x', sizeof(filled));
	cr_expect_eq(dtls_send(pair.client.dtls, filled, DTLS_PAYLOAD_MAX + 1), -EMSGSIZE);
	cr_expect_eq(dtls_send(pair.client.dtls, filled, 0), -EINVAL);
	cr_expect_eq(dtls_send(pair.client.dtls, filled, DTLS_PAYLOAD_MAX), 0);
	cr_expect_leq(pair.client.largest, DTLS_DATAGRAM_MAX);
}

Test(dtls, the_largest_payload_fits_into_a_datagram_and_a_larger_one_is_refused)
{
	pair_connect();
	on_executor(send_large);
	await(large_received);
	cr_expect_arr_eq(pair.server.last, filled, DTLS_PAYLOAD_MAX);
}

static bool client_ended(void)
{
	return strchr(pair.client.log, 'E');
}

static void close_server(void)
{
	pair.server.sent = 0;
	dtls_close(pair.server.dtls);
	cr_expect_eq(pair.server.sent, 1, "no close_notify");
	cr_expect_eq(dtls_state(pair.server.dtls), DTLS_CLOSED);
	cr_expect_eq(send_text(&pair.server, "late"), -ENOTCONN);
	pair.client.sent = 0;
	pair.server.arrived = 0;
}

static bool server_answered(void)
{
	return pair.server.arrived == 1;
}

static void expect_closed(void)
{
	cr_expect_eq(dtls_state(pair.client.dtls), DTLS_CLOSED);
	cr_expect_eq(send_text(&pair.client, "late"), -ENOTCONN);
	cr_expect_eq(pair.client.sent, 1, "close_notify is answered once");
	cr_expect_null(dtls_failure(pair.client.dtls));
	cr_expect_str_eq(pair.client.log, "CRE");
	cr_expect_str_eq(pair.server.log, "CR");
}

Test(dtls, a_close_is_told_to_the_peer_alone_who_answers_it)
{
	pair_connect();
	pair_talk(); /* a flight that a slow machine sent twice has arrived, and its answer */
	on_executor(close_server);
	await(client_ended);
	await(server_answered);
	on_executor(expect_closed);
}

static void close_early(void)
{
	pair_start();
	dtls_close(pair.client.dtls);
	dtls_close(pair.server.dtls);
	cr_expect_eq(dtls_state(pair.client.dtls), DTLS_CLOSED);
}

static void expect_silence(void)
{
	cr_expect_str_eq(pair.client.log, "");
	cr_expect_eq(pair.client.sent, 0);
}

Test(dtls, a_close_before_the_handshake_says_nothing)
{
	on_executor(close_early);
	on_executor(expect_silence);
}

static void server_speaks_first(struct end *server)
{
	send_text(server, "first");
}

static bool client_received(void)
{
	return received(&pair.client, "first");
}

Test(dtls, what_comes_right_behind_the_handshake_is_told_after_connected)
{
	pair.server.on_state = server_speaks_first;
	pair_connect();
	await(client_received);
	cr_expect_str_eq(pair.client.log, "CR");
}

Test(dtls, what_overtakes_the_end_of_the_handshake_is_told_after_connected)
{
	pair.cuts = pair.turns = true;
	pair.server.on_state = server_speaks_first;
	pair_connect();
	await(client_received);
	cr_expect_str_eq(pair.client.log, "CR");
}

/* What is below. */

static struct object below;

static void below_destroy(struct object *object)
{
	(void)object;
}

static const struct object_class below_class = {.name = "below", .destroy = below_destroy};

static void start_over_below(void)
{
	pair_create();
	cr_assert_eq(object_init(&below, &below_class, "test"), 0);
	cr_assert_eq(dtls_start(pair.client.dtls, &below), 0);
	cr_expect_eq(object_refs(&below), 2);
}

static void start_server(void)
{
	cr_assert_eq(dtls_start(pair.server.dtls, NULL), 0);
}

static void expect_let_go(void)
{
	cr_expect_eq(object_refs(&below), 1);
	object_release(&below, "test");
}

Test(dtls, a_handshake_holds_what_is_below_until_it_is_over)
{
	on_executor(start_over_below);
	on_executor(start_server);
	await(both_connected);
	on_executor(expect_let_go);
}

Test(dtls, an_end_in_the_handshake_lets_go_of_what_is_below)
{
	on_executor(start_over_below);
	on_executor(pair_destroy);
	on_executor(expect_let_go);
}

static void expect_held(void)
{
	struct library_counts counts;

	cr_expect_eq(object_refs(&below), 2);
	library_count(&counts);
	cr_expect_eq(counts.tasks_pending, 1);
}

/* Nothing can be cleaned up then. */
Test(dtls_fault, with_the_fault_a_handshake_outlives_its_connection, .init = pair_begin)
{
	cr_assert_eq(fault_set("dtls-connect-hang"), 0);
	on_executor(start_over_below);
	on_executor(pair_destroy);
	on_executor(expect_held);
}

static bool has_sent(void)
{
	return pair.client.sent > 0;
}

Test(dtls_fault, with_the_fault_a_flight_is_sent_again_after_the_end, .init = pair_begin)
{
	unsigned sent;

	cr_assert_eq(fault_set("timer-sends-after-close"), 0);
	on_executor(start_over_below);
	await(has_sent);
	on_executor(pair_destroy);
	sent = pair.client.sent;
	while (late_count() < 2)
		rest_ms(1);
	cr_expect_eq(pair.client.sent, sent, "who is gone was told");
}
