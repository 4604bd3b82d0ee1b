/* SPDX-License-Identifier: Apache-2.0 */
/* Every callback may close or destroy what tells it, and is then told nothing more. */
#include "both.inc.c"

TestSuite(reentry, .init = pair_begin, .fini = pair_end, .timeout = 60);

static bool gone; /* so that a test can wait for it */

static void destroy(struct end *end)
{
	end_destroy(end);
	gone = true;
}

static void finish(struct end *end)
{
	dtls_close(end->dtls);
	gone = true;
}

static bool is_gone(void)
{
	return gone;
}

/* A further round, in which a late event would be told. */
static void nothing(void)
{
}

static void settle(void)
{
	await(is_gone);
	for (int i = 0; i < 3; i++)
		on_executor(nothing);
}

static void (*const ways[])(struct end *end) = {destroy, finish};
static void (*way)(struct end *end);

#define EITHER_WAY(name)                                                                           \
	static void name(void);                                                                    \
	Test(reentry, name##_by_destroy)                                                           \
	{                                                                                          \
		way = ways[0];                                                                     \
		name();                                                                            \
	}                                                                                          \
	Test(reentry, name##_by_close)                                                             \
	{                                                                                          \
		way = ways[1];                                                                     \
		name();                                                                            \
	}                                                                                          \
	static void name(void)

EITHER_WAY(ends_when_connected)
{
	pair.client.on_state = way;
	on_executor(pair_start);
	settle();
	cr_expect_str_eq(pair.client.log, "C");
}

/* The server's first message is there by then, and is not told any more. */
static void greet(struct end *end)
{
	send_text(end, "hello");
}

EITHER_WAY(ends_when_connected_with_a_message_behind)
{
	pair.server.on_state = greet;
	pair.client.on_state = way;
	on_executor(pair_start);
	settle();
	cr_expect_str_eq(pair.client.log, "C");
}

static void spoil(void)
{
	static char other[CERTIFICATE_FINGERPRINT_SIZE];

	strcpy(other, pair.client.config.remote_fingerprint);
	other[0] = other[0] == 'A' ? 'B' : 'A';
	pair.client.config.remote_fingerprint = other;
}

EITHER_WAY(ends_when_failed)
{
	spoil();
	pair.server.on_state = way;
	on_executor(pair_start);
	settle();
	cr_expect_str_eq(pair.server.log, "F");
}

static void close_client(void)
{
	dtls_close(pair.client.dtls);
}

EITHER_WAY(ends_when_ended_by_the_peer)
{
	pair_connect();
	pair.server.on_state = way;
	on_executor(close_client);
	settle();
	cr_expect_str_eq(pair.server.log, "CE");
}

static void send_two(void)
{
	cr_expect_eq(send_text(&pair.client, "one"), 0);
	cr_expect_eq(send_text(&pair.client, "two"), 0);
}

EITHER_WAY(ends_when_it_receives)
{
	pair_connect();
	pair.server.on_receive = way;
	on_executor(send_two);
	settle();
	cr_expect_str_eq(pair.server.log, "CR");
	cr_expect(received(&pair.server, "one"));
}

EITHER_WAY(ends_when_its_handshake_sends)
{
	pair.server.on_send = way;
	on_executor(pair_start);
	settle();
	cr_expect_str_eq(pair.server.log, "");
	cr_expect_eq(pair.server.sent, 1);
}

/* The last flight goes out before the state is told. */
static void at_the_second(struct end *end)
{
	if (end->sent == 2)
		way(end);
}

EITHER_WAY(ends_when_its_last_flight_is_sent)
{
	pair.server.on_send = at_the_second;
	on_executor(pair_start);
	settle();
	cr_expect_str_eq(pair.server.log, "");
}

static void send_one(void)
{
	cr_expect_eq(send_text(&pair.client, "one"), 0);
}

EITHER_WAY(ends_when_it_sends)
{
	pair_connect();
	pair.client.on_send = way;
	on_executor(send_one);
	settle();
	cr_expect_str_eq(pair.client.log, "C");
}

EITHER_WAY(ends_when_close_sends)
{
	pair_connect();
	pair.client.on_send = way;
	on_executor(close_client);
	settle();
	cr_expect_str_eq(pair.client.log, "C");
}

/* The answer to close_notify is on its way when CLOSED is still to be told. */
EITHER_WAY(ends_when_it_answers_a_close)
{
	pair_connect();
	pair.server.on_send = way;
	on_executor(close_client);
	settle();
	cr_expect_str_eq(pair.server.log, "C");
}

static void create_and_destroy(void)
{
	static const uint8_t datagram[20] = {22};

	pair_create();
	dtls_input(pair.client.dtls, datagram, sizeof(datagram));
	destroy(&pair.client);
	cr_assert_eq(dtls_start(pair.server.dtls, NULL), 0);
	destroy(&pair.server);
	dtls_destroy(NULL);
}

Test(reentry, ends_before_the_handshake)
{
	on_executor(create_and_destroy);
	settle();
	cr_expect_str_eq(pair.client.log, "");
	cr_expect_str_eq(pair.server.log, "");
}

static void answer(struct end *end)
{
	if (received(end, "ping"))
		cr_expect_eq(send_text(end, "pong"), 0);
}

static void ping(void)
{
	cr_expect_eq(send_text(&pair.client, "ping"), 0);
}

static bool ponged(void)
{
	return received(&pair.client, "pong");
}

Test(reentry, sends_when_it_receives)
{
	pair_connect();
	pair.server.on_receive = answer;
	on_executor(ping);
	await(ponged);
	pair_talk();
}
