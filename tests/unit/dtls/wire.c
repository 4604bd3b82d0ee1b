/* SPDX-License-Identifier: Apache-2.0 */
/* A wire that loses, doubles, turns round and invents. */
#include "both.inc.c"

#include <openssl/err.h>

TestSuite(wire, .init = pair_begin, .fini = pair_end, .timeout = 120);

static void nothing(void)
{
}

static unsigned lost_number;

static bool loses_first(const struct end *from, unsigned number, const uint8_t *data, size_t size)
{
	(void)from;
	(void)data;
	(void)size;
	return number < lost_number;
}

static bool loses_one(const struct end *from, unsigned number, const uint8_t *data, size_t size)
{
	(void)from;
	(void)data;
	(void)size;
	return number == lost_number;
}

static bool loses_all(const struct end *from, unsigned number, const uint8_t *data, size_t size)
{
	(void)from;
	(void)number;
	(void)data;
	(void)size;
	return true;
}

Test(wire, the_first_datagrams_each_way_are_sent_again)
{
	lost_number = 3;
	pair.client.loses = pair.server.loses = loses_first;
	pair_connect();
	pair_talk();
}

static void lose_one_of(struct end *end, unsigned number)
{
	lost_number = number;
	end->loses = loses_one;
	pair_connect();
	pair_talk();
}

Test(wire, a_lost_client_hello_is_sent_again)
{
	lose_one_of(&pair.client, 0);
}

Test(wire, a_lost_second_flight_of_the_client_is_sent_again)
{
	lose_one_of(&pair.client, 1);
}

Test(wire, a_lost_first_flight_of_the_server_is_sent_again)
{
	lose_one_of(&pair.server, 0);
}

/* For the server it is over then: the client's repeated flight asks for it. */
Test(wire, a_lost_last_flight_of_the_server_is_sent_again)
{
	lose_one_of(&pair.server, 1);
}

static void expect_too_long(void)
{
	cr_expect_str_eq(dtls_failure(pair.client.dtls), "the handshake took too long");
	cr_expect_str_eq(dtls_failure(pair.server.dtls), "the handshake took too long");
	cr_expect_str_eq(pair.client.log, "F");
	cr_expect_str_eq(pair.server.log, "F");
	/* At 0, 50, 150, 350 and 750 ms, or fewer where the machine is slow. */
	cr_expect_geq(pair.client.sent, 2, "nothing was sent again");
	cr_expect_leq(pair.client.sent, 5);
}

static bool both_failed(void)
{
	return strchr(pair.client.log, 'F') && strchr(pair.server.log, 'F');
}

Test(wire, a_handshake_without_answers_ends)
{
	pair.client.config.handshake_ms = pair.server.config.handshake_ms = 1000;
	pair.client.loses = loses_all;
	on_executor(pair_start);
	await(both_failed);
	on_executor(expect_too_long);
}

static void start_client(void)
{
	pair_create();
	cr_assert_eq(dtls_start(pair.client.dtls, NULL), 0);
}

static void start_server(void)
{
	cr_assert_eq(dtls_start(pair.server.dtls, NULL), 0);
}

static bool server_has_one(void)
{
	return pair.server.arrived > 0;
}

static bool loses_until_answered(const struct end *from, unsigned number, const uint8_t *data,
				 size_t size)
{
	(void)data;
	(void)size;
	return number && !from->other->sent;
}

Test(wire, a_client_hello_that_came_before_the_start_is_kept)
{
	pair.client.loses = loses_until_answered;
	on_executor(start_client);
	await(server_has_one);
	on_executor(start_server);
	await(both_connected);
	pair_talk();
}

static const uint8_t hello_like[64] = {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 51, 1};

static void flood(void)
{
	for (int i = 0; i < 1000; i++)
		dtls_input(pair.server.dtls, hello_like + 20, 30);
}

Test(wire, a_flood_before_the_start_does_not_keep_the_handshake_away)
{
	on_executor(start_client);
	await(server_has_one);
	on_executor(flood);
	on_executor(start_server);
	await(both_connected);
	pair_talk();
}

/* The ClientHello, again with a new number, in front of the client's second flight. */
static bool loses_and_joins(const struct end *from, unsigned number, const uint8_t *data,
			    size_t size)
{
	static uint8_t joined[2 * DTLS_DATAGRAM_MAX];
	static size_t hello_size;

	if (number == 0) {
		hello_size = size;
		memcpy(joined, data, size);
		joined[10] = 40;
		return false;
	}
	if (number == 1) {
		memcpy(joined + hello_size, data, size);
		carry(from->other, joined, hello_size + size);
	}
	return !strchr(from->log, 'C');
}

Test(wire, what_is_behind_a_repeated_message_is_not_lost)
{
	pair.client.loses = loses_and_joins;
	pair_connect();
	pair_talk();
}

static void greet_twice(struct end *end)
{
	cr_expect_eq(send_text(end, "one"), 0);
	cr_expect_eq(send_text(end, "two"), 0);
}

/* The server's last flight comes with its first message. */
static bool loses_and_glues(const struct end *from, unsigned number, const uint8_t *data,
			    size_t size)
{
	static uint8_t glued[2 * DTLS_DATAGRAM_MAX];
	static size_t flight_size;

	if (!strchr(from->log, 'C')) {
		flight_size = size;
		memcpy(glued, data, size);
		return number > 0;
	}
	if (!flight_size)
		return false;
	memcpy(glued + flight_size, data, size);
	carry(from->other, glued, flight_size + size);
	flight_size = 0;
	return true;
}

static bool client_has_two(void)
{
	return received(&pair.client, "two");
}

Test(wire, what_is_behind_the_handshake_in_its_datagram_is_not_lost)
{
	pair.server.loses = loses_and_glues;
	pair.server.on_state = greet_twice;
	pair_connect();
	await(client_has_two);
	cr_expect_str_eq(pair.client.log, "CRR");
}

static struct {
	uint8_t data[DTLS_DATAGRAM_MAX];
	size_t size;
} kept;

static bool loses_and_keeps(const struct end *from, unsigned number, const uint8_t *data,
			    size_t size)
{
	(void)number;
	if (!strchr(from->log, 'C') || kept.size)
		return false;
	kept.size = size;
	memcpy(kept.data, data, size);
	return true;
}

static void put_in(struct end *end)
{
	dtls_input(end->dtls, kept.data, kept.size);
}

/* The first message is kept and put in while the second waits for the end of the handshake. */
Test(wire, what_a_callback_puts_in_comes_after_what_was_there)
{
	pair.server.loses = loses_and_keeps;
	pair.server.on_state = greet_twice;
	pair.client.on_state = put_in;
	pair_connect();
	on_executor(nothing);
	cr_expect(received(&pair.client, "one"));
	cr_expect_str_eq(pair.client.log, "CRR");
}

static void leave_errors(void)
{
	ERR_raise(ERR_LIB_USER, 1);
	send_both_ways();
	ERR_raise(ERR_LIB_USER, 1);
}

Test(wire, errors_that_others_left_in_the_thread_count_for_nothing)
{
	pair_connect();
	on_executor(leave_errors);
	await(both_received);
	on_executor(nothing);
	cr_expect_str_eq(pair.client.log, "CR");
	cr_expect_str_eq(pair.server.log, "CR");
}

Test(wire, records_in_any_order_make_a_handshake)
{
	pair.cuts = pair.turns = true;
	pair_connect();
	pair_talk();
}

static void send_three(void)
{
	cr_assert_eq(send_text(&pair.client, "one"), 0);
	cr_assert_eq(send_text(&pair.client, "two"), 0);
	cr_assert_eq(send_text(&pair.client, "three"), 0);
}

static bool server_has_three(void)
{
	return strlen(pair.server.log) >= 4;
}

Test(wire, messages_come_in_the_order_of_their_datagrams)
{
	pair_connect();
	pair.turns = true;
	on_executor(send_three);
	await(server_has_three);
	cr_expect(received(&pair.server, "one"));
}

Test(wire, a_doubled_datagram_counts_once)
{
	pair.doubles = true;
	pair_connect();
	on_executor(send_three);
	await(server_has_three);
	pair_talk();
	cr_expect_str_eq(pair.server.log, "CRRRR");
	cr_expect_str_eq(pair.client.log, "CR");
}

/* What nobody who has the keys has sent. clang-format off */
static const struct {
	const char *what;
	uint8_t data[64];
	size_t size;
} invented[] = {
	{"nothing", {0}, 0},
	{"a byte", {22}, 1},
	{"a cut header", {22, 254, 253, 0, 0, 0, 0, 0}, 8},
	{"an empty record", {23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 99, 0, 0}, 13},
	{"a record longer than its datagram",
	 {23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 99, 64, 0, 1},
	 20},
	{"a record of no length allowed", {23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 99, 255, 255}, 32},
	{"data under a wrong key", {23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 99, 0, 51}, 64},
	{"data too short for any key", {23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 99, 0, 19}, 32},
	{"data of another epoch", {23, 254, 253, 0, 9, 0, 0, 0, 0, 0, 99, 0, 19}, 32},
	{"another version", {23, 3, 3, 0, 1, 0, 0, 0, 0, 0, 99, 0, 19}, 32},
	{"STUN", {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, 20},
	{"no DTLS", "GET / HTTP/1.1\r\n\r\n", 18},
};

static const uint8_t plain_alert[] = {21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 98, 0, 2, 2, 40};
/* clang-format on */

static void invent_at(struct end *end)
{
	for (size_t i = 0; i < sizeof(invented) / sizeof(*invented); i++)
		dtls_input(end->dtls, invented[i].data, invented[i].size);
}

static void invent(void)
{
	invent_at(&pair.client);
	invent_at(&pair.server);
}

static void forge_alert(void)
{
	dtls_input(pair.client.dtls, plain_alert, sizeof(plain_alert));
	dtls_input(pair.server.dtls, plain_alert, sizeof(plain_alert));
}

static void start_and_invent(void)
{
	pair_create();
	invent();
	cr_assert_eq(dtls_start(pair.server.dtls, NULL), 0);
	cr_assert_eq(dtls_start(pair.client.dtls, NULL), 0);
	invent();
}

static void invent_before_sending(struct end *end)
{
	if (end->sent < 4)
		invent_at(end->other);
}

Test(wire, what_nobody_sent_does_not_disturb_a_handshake)
{
	pair.client.on_send = pair.server.on_send = invent_before_sending;
	on_executor(start_and_invent);
	await(both_connected);
	pair_talk();
}

Test(wire, what_nobody_sent_does_not_disturb_a_connection)
{
	pair_connect();
	on_executor(invent);
	on_executor(forge_alert);
	pair_talk();
	cr_expect_str_eq(pair.client.log, "CR");
	cr_expect_str_eq(pair.server.log, "CR");
}
