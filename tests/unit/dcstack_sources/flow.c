/* SPDX-License-Identifier: Apache-2.0 */
#include "executor.inc.c"

#include <sched.h>

enum { PIECE = 64 << 10, PIECES = 256, UNREAD_MAX = (4 << 20) + 2 * PIECE };

static struct seen mine, second;
static struct dc_channel *channel;
static char piece[PIECE];

static void part(void)
{
	dc_channel_destroy(channel);
	peers_destroy();
}

Test(flow, buffered_counts_the_bytes_that_are_not_sent_yet)
{
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	cr_expect_eq(dc_channel_buffered(channel), 0);
	dc_channel_send(channel, DC_BINARY, piece, 1000);
	dc_channel_send(channel, DC_TEXT, piece, 0);
	dc_channel_send(channel, DC_TEXT, piece, 234);
	cr_expect_eq(dc_channel_buffered(channel), 1234);
	peers_negotiate();
	AWAIT(peers.answerer.arrived && peers.answerer.seen[0].messages == 3);
	AWAIT(dc_channel_buffered(channel) == 0);
	part();
}

Test(flow, low_is_told_once_where_buffered_falls_to_the_threshold)
{
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	dc_channel_on_low(channel, 5000, told_low, &mine);
	for (int i = 0; i < 10; i++)
		dc_channel_send(channel, DC_BINARY, piece, 1000);
	peers_negotiate();
	AWAIT(mine.low);
	AWAIT(peers.answerer.arrived && peers.answerer.seen[0].messages == 10);
	cr_expect_eq(mine.low, 1);
	part();
}

Test(flow, low_is_not_told_where_there_was_never_more)
{
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	dc_channel_on_low(channel, 5000, told_low, &mine);
	for (int i = 0; i < 5; i++)
		dc_channel_send(channel, DC_BINARY, piece, 1000);
	peers_negotiate();
	AWAIT(peers.answerer.arrived && peers.answerer.seen[0].messages == 5);
	cr_expect_eq(mine.low, 0);
	part();
}

static void read_paused(struct dc_connection *connection, void *user)
{
	*(bool *)user = connection->inflow.paused;
}

static void await_pause(struct dc_connection *connection)
{
	const struct timespec deadline = deadline_in_ms(AWAIT_MS);
	bool paused = false;

	while (!paused) {
		cr_assert_not(deadline_is_past(&deadline), "it never pauses");
		within(connection, read_paused, &paused);
		sched_yield();
	}
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void pass_gate(void)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

static void wait_at_gate(struct dc_channel *which, enum dc_kind kind, const void *data, size_t size,
			 void *user)
{
	pass_gate();
	told_message(which, kind, data, size, user);
}

static void listen_at_gate(struct side *side, struct dc_channel *which)
{
	dc_channel_on_message(which, wait_at_gate, &side->seen[side->arrived]);
}

static void leave_alone(struct side *side, struct dc_channel *which)
{
	(void)side;
	(void)which;
}

static void send_much(void)
{
	for (int i = 0; i < PIECES; i++)
		cr_assert_eq(dc_channel_send(channel, DC_BINARY, piece, PIECE), 0);
}

static void expect_bounded(void)
{
	struct dc_connection *connection = peers.answerer.connection;

	await_pause(connection);
	cr_expect_leq(atomic_load(&connection->inflow.unread_bytes), (size_t)UNREAD_MAX);
	cr_expect_gt(dc_channel_buffered(channel), 0);
}

Test(flow, a_slow_receiver_holds_the_sender_up_and_misses_nothing)
{
	struct seen *theirs = &peers.answerer.seen[0];
	bool paused = true;

	peers.answerer.on_channel = listen_at_gate;
	pthread_mutex_lock(&gate);
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	send_much();
	expect_bounded();
	pthread_mutex_unlock(&gate);
	AWAIT(theirs->messages == PIECES);
	cr_expect_eq(theirs->bytes, (size_t)PIECES * PIECE);
	within(peers.answerer.connection, read_paused, &paused);
	cr_expect_not(paused);
	part();
}

/* By what nobody listens to. */
static void hold_sender_up(void)
{
	peers.answerer.on_channel = leave_alone;
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	send_much();
	expect_bounded();
}

Test(flow, what_nobody_listens_to_holds_the_sender_up_until_somebody_does)
{
	struct seen *theirs = &peers.answerer.seen[0];

	hold_sender_up();
	dc_channel_on_message(theirs->channel, told_message, theirs);
	AWAIT(theirs->messages == PIECES);
	part();
}

/* With more channels than may wait, while the answerer is still told of the first. */
static void hold_opener_up(void (*on_channel)(struct side *side, struct dc_channel *which))
{
	enum { OPENED = 200, LABEL_SIZE = 60000 };
	static struct dc_channel *channels[OPENED];
	static char label[LABEL_SIZE + 1];

	memset(label, 'x', LABEL_SIZE);
	peers.answerer.on_channel = on_channel;
	pthread_mutex_lock(&gate);
	peers_connect(NULL);
	for (int i = 0; i < OPENED; i++)
		channels[i] = open_channel(&peers.offerer,
					   &(struct dc_channel_options){.label = label}, &mine);
	await_pause(peers.answerer.connection);
	cr_expect_leq(atomic_load(&peers.answerer.connection->inflow.unread_bytes),
		      (size_t)UNREAD_MAX);
	pthread_mutex_unlock(&gate);
	AWAIT(peers.answerer.arrived == OPENED);
	for (int i = 0; i < OPENED; i++)
		dc_channel_destroy(channels[i]);
	peers_destroy();
}

static void stay_at_gate(struct side *side, struct dc_channel *which)
{
	(void)side;
	(void)which;
	pass_gate();
}

Test(flow, channels_that_nobody_takes_hold_their_opener_up)
{
	hold_opener_up(stay_at_gate);
}

static void wait_before_listening(struct side *side, struct dc_channel *which)
{
	pass_gate();
	watch(which, &side->seen[side->arrived]);
}

Test(flow, channels_that_were_not_told_of_hold_the_peer_up)
{
	hold_opener_up(wait_before_listening);
}

Test(flow, who_wants_no_messages_gets_rid_of_them)
{
	peers.answerer.on_channel = leave_alone;
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	dc_channel_on_low(channel, 0, told_low, &mine);
	send_much();
	AWAIT(peers.answerer.arrived);
	dc_channel_on_message(peers.answerer.seen[0].channel, NULL, NULL);
	AWAIT(mine.low);
	part();
}

Test(flow, a_channel_that_nobody_listens_to_takes_what_it_kept_with_it)
{
	struct seen *theirs = &peers.answerer.seen[0];

	hold_sender_up();
	dc_channel_destroy(theirs->channel);
	theirs->channel = NULL;
	AWAIT(mine.closed);
	part();
}

Test(flow, a_connection_may_end_while_messages_wait)
{
	hold_sender_up();
	dc_connection_close(peers.answerer.connection, told_end, &peers.answerer);
	AWAIT(peers.answerer.closed && mine.closed);
	part();
}

Test(flow, a_peers_end_is_told_while_messages_wait)
{
	hold_sender_up();
	dc_connection_close(peers.offerer.connection, NULL, NULL);
	AWAIT(peers.answerer.states[DC_CLOSED]);
	part();
}

static void lift_limit(struct dc_connection *connection, void *user)
{
	(void)user;
	atomic_store(&connection->message_max, SIZE_MAX);
}

Test(flow, a_message_above_what_was_announced_ends_the_connection)
{
	static char much[262145];

	peers_connect(NULL);
	within(peers.offerer.connection, lift_limit, NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, much, sizeof(much)), 0);
	AWAIT(peers.answerer.states[DC_CLOSED] && peers.offerer.states[DC_CLOSED]);
	cr_expect_eq(peers.answerer.seen[0].messages, 0);
	part();
}

static unsigned first_when_second_came;

static void compare(struct dc_channel *which, enum dc_kind kind, const void *data, size_t size,
		    void *user)
{
	first_when_second_came = peers.answerer.seen[0].messages;
	told_message(which, kind, data, size, user);
}

static void listen_and_compare(struct side *side, struct dc_channel *which)
{
	dc_channel_on_message(which, side->arrived ? compare : told_message,
			      &side->seen[side->arrived]);
}

Test(flow, channels_take_turns)
{
	peers.answerer.on_channel = listen_and_compare;
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	struct dc_channel *other = open_channel(&peers.offerer, NULL, &second);
	send_much();
	dc_channel_send(other, DC_TEXT, "me too", 6);
	peers_negotiate();
	AWAIT(peers.answerer.seen[1].messages && peers.answerer.seen[0].messages == PIECES);
	cr_expect_lt(first_when_second_came, 10);
	dc_channel_destroy(other);
	part();
}

enum { THREADS = 4, EACH = 3000 };

static struct {
	unsigned count, next[THREADS], out_of_order;
} received;

static void check_order(struct dc_channel *which, enum dc_kind kind, const void *data, size_t size,
			void *user)
{
	unsigned word[2];

	(void)which;
	(void)kind;
	(void)user;
	memcpy(word, data, size < sizeof(word) ? size : sizeof(word));
	received.out_of_order += received.next[word[0]]++ != word[1];
	note(&received.count);
}

static void listen_in_order(struct side *side, struct dc_channel *which)
{
	(void)side;
	dc_channel_on_message(which, check_order, NULL);
}

static void *send_numbers(void *user)
{
	unsigned word[2] = {*(unsigned *)user};

	for (word[1] = 0; word[1] < EACH; word[1]++)
		dc_channel_send(channel, DC_BINARY, word, sizeof(word));
	return NULL;
}

Test(flow, several_threads_may_send)
{
	pthread_t threads[THREADS];
	unsigned numbers[THREADS];

	peers.answerer.on_channel = listen_in_order;
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	for (unsigned i = 0; i < THREADS; i++) {
		numbers[i] = i;
		cr_assert_eq(pthread_create(&threads[i], NULL, send_numbers, &numbers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	AWAIT(received.count == THREADS * EACH);
	cr_expect_eq(received.out_of_order, 0);
	part();
}

Test(flow, an_echo_of_much_comes_back_whole)
{
	peers.answerer.echo = true;
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	send_much();
	AWAIT(mine.messages == PIECES);
	cr_expect_eq(mine.bytes, (size_t)PIECES * PIECE);
	part();
}
