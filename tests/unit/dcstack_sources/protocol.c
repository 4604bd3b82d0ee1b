/* SPDX-License-Identifier: Apache-2.0 */
#include "executor.inc.c"

#include "message.h"
#include "protocol.h"

enum { FREE = 501 }; /* a stream that the offerer might open, and has not */

static struct seen mine;
static struct dc_channel *channel;

struct incoming_bytes {
	uint16_t stream;
	uint32_t ppid;
	const uint8_t *data;
	size_t size;
};

static void receive(struct dc_connection *connection, void *user)
{
	const struct incoming_bytes *bytes = user;

	protocol_receive(connection, bytes->stream, bytes->ppid, bytes->data, bytes->size);
}

/* As if the peer had sent it. */
static void inject(struct side *side, uint16_t stream, uint32_t ppid, const void *data, size_t size)
{
	struct incoming_bytes bytes = {stream, ppid, data, size};

	within(side->connection, receive, &bytes);
}

static void inject_open(struct side *side, uint16_t stream)
{
	static const struct dcep_open open = {
		.max_retransmits = -1, .max_lifetime_ms = -1, .label = "x", .label_size = 1};
	uint8_t data[64];
	int size = dcep_write_open(&open, data, sizeof(data));

	cr_assert_gt(size, 0);
	inject(side, stream, PPID_DCEP, data, (size_t)size);
}

/* A channel of the offerer, open; the answerer's is seen[0] of his. */
static struct seen *meet(const struct dc_channel_options *options)
{
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, options, &mine);
	AWAIT(mine.opened && peers.answerer.arrived);
	return &peers.answerer.seen[0];
}

static void part(void)
{
	dc_channel_destroy(channel);
	peers_destroy();
}

/* What is told on a second channel comes after all that might have been told before. */
static void expect_usable(void)
{
	static struct seen other;
	unsigned arrived = peers.answerer.arrived;
	struct dc_channel *second = open_channel(&peers.offerer, NULL, &other);

	AWAIT(other.opened && peers.answerer.arrived == arrived + 1);
	dc_channel_destroy(second);
}

Test(protocol, what_is_chosen_for_a_channel_arrives)
{
	/* clang-format off */
	static const struct {
		struct dc_channel_options options;
		bool unordered;
		int max_retransmits, max_lifetime_ms;
	} rows[] = {
		{{.unordered = false}, false, -1, -1},
		{{.unordered = true}, true, -1, -1},
		{{.reliability = DC_MAX_RETRANSMITS, .limit = 7}, false, 7, -1},
		{{.unordered = true, .reliability = DC_MAX_RETRANSMITS, .limit = 0}, true, 0, -1},
		{{.reliability = DC_MAX_LIFETIME_MS, .limit = 250}, false, -1, 250},
		{{.unordered = true, .reliability = DC_MAX_LIFETIME_MS, .limit = 1}, true, -1, 1},
	};
	/* clang-format on */
	enum { COUNT = sizeof(rows) / sizeof(*rows) };
	static struct seen seen[COUNT];

	peers_connect(NULL);
	for (int i = 0; i < COUNT; i++)
		open_channel(&peers.offerer, &rows[i].options, &seen[i]);
	AWAIT(peers.answerer.arrived == COUNT);
	for (int i = 0; i < COUNT; i++) {
		const struct dc_channel *theirs = peers.answerer.seen[i].channel;

		cr_expect_eq(theirs->unordered, rows[i].unordered, "%d", i);
		cr_expect_eq(theirs->max_retransmits, rows[i].max_retransmits, "%d", i);
		cr_expect_eq(theirs->max_lifetime_ms, rows[i].max_lifetime_ms, "%d", i);
		dc_channel_destroy(seen[i].channel);
	}
	peers_destroy();
}

Test(protocol, an_open_with_an_id_of_ours_is_refused)
{
	meet(NULL);
	inject_open(&peers.answerer, FREE + 1);
	expect_usable();
	cr_expect_eq(peers.answerer.arrived, 2);
	part();
}

Test(protocol, an_open_of_a_channel_that_is_there_closes_it)
{
	struct seen *theirs = meet(NULL);

	inject_open(&peers.answerer, (uint16_t)dc_channel_id(theirs->channel));
	AWAIT(theirs->closed && mine.closed);
	expect_usable();
	part();
}

Test(protocol, a_malformed_control_message_closes_its_channel)
{
	struct seen *theirs = meet(NULL);

	inject(&peers.answerer, (uint16_t)dc_channel_id(theirs->channel), PPID_DCEP, "\x03\x00", 2);
	AWAIT(theirs->closed && mine.closed);
	expect_usable();
	part();
}

Test(protocol, a_malformed_control_message_on_a_free_stream_opens_nothing)
{
	meet(NULL);
	inject(&peers.answerer, FREE, PPID_DCEP, "\x03\x00", 2);
	inject(&peers.answerer, FREE + 2, PPID_DCEP, "\x09", 1);
	inject(&peers.answerer, FREE + 4, PPID_DCEP, "", 0);
	expect_usable();
	cr_expect_eq(peers.answerer.arrived, 2);
	part();
}

Test(protocol, an_ack_that_nobody_waits_for_is_nothing)
{
	meet(NULL);
	inject(&peers.answerer, FREE, PPID_DCEP, "\x02", 1);
	inject(&peers.offerer, (uint16_t)dc_channel_id(channel), PPID_DCEP, "\x02", 1);
	expect_usable();
	cr_expect_eq(mine.opened, 1);
	cr_expect_eq(mine.closed, 0);
	part();
}

Test(protocol, messages_of_other_kinds_and_other_streams_go_nowhere)
{
	struct seen *theirs = meet(NULL);

	inject(&peers.answerer, FREE, PPID_BINARY, (const uint8_t *)"lost", 4);
	inject(&peers.answerer, UINT16_MAX, PPID_BINARY, (const uint8_t *)"lost", 4);
	inject(&peers.answerer, (uint16_t)dc_channel_id(theirs->channel), 52, "lost", 4);
	dc_channel_send(channel, DC_TEXT, "here", 4);
	AWAIT(theirs->messages);
	cr_expect_eq(theirs->messages, 1);
	cr_expect_str_eq(theirs->sample, "here");
	part();
}

Test(protocol, a_message_that_is_said_to_be_empty_is)
{
	struct seen *theirs = meet(NULL);

	theirs->size = 99;
	inject(&peers.answerer, (uint16_t)dc_channel_id(theirs->channel), PPID_STRING_EMPTY, "abc",
	       3);
	AWAIT(theirs->messages);
	cr_expect_eq(theirs->size, 0);
	part();
}

static void run_wait(struct job *job)
{
	(void)job;
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

/* The channel's open is in the inbox right before this, and no ACK can have come. */
static void receive_before_ack(void *user)
{
	const struct dc_channel *opening = *(struct dc_channel **)user;

	cr_assert_eq(opening->state, CHANNEL_OPENING);
	protocol_receive(peers.offerer.connection, (uint16_t)dc_channel_id(opening), PPID_STRING,
			 (const uint8_t *)"first", 5);
}

/* The executor waits at the lock until it has both to do. */
static struct dc_channel *open_and_receive(struct seen *seen)
{
	struct dc_connection *connection = peers.offerer.connection;
	struct job busy = {.run = run_wait};
	struct dc_channel *opening;
	struct errand errand;

	errand_init(&errand, receive_before_ack, &opening);
	pthread_mutex_lock(&lock);
	inbox_put(&connection->inbox, &busy);
	opening = open_channel(&peers.offerer, NULL, seen);
	inbox_put(&connection->inbox, &errand.job);
	pthread_mutex_unlock(&lock);
	errand_await(&errand);
	return opening;
}

Test(protocol, a_first_message_opens_as_an_ack_does)
{
	static struct seen other;

	meet(NULL);
	struct dc_channel *second = open_and_receive(&other);
	AWAIT(other.messages && other.opened && peers.answerer.arrived == 2);
	expect_usable();
	cr_expect_eq(other.opened, 1);
	dc_channel_destroy(second);
	part();
}

static void reset(struct dc_connection *connection, void *user)
{
	protocol_reset(connection, *(uint16_t *)user);
}

Test(protocol, a_reset_of_a_stream_without_a_channel_is_nothing)
{
	uint16_t streams[] = {FREE, FREE + 1, UINT16_MAX};

	meet(NULL);
	for (int i = 0; i < 3; i++)
		within(peers.answerer.connection, reset, &streams[i]);
	expect_usable();
	cr_expect_eq(mine.closed, 0);
	part();
}

struct observed {
	struct dc_channel *channel;
	enum channel_state state;
	size_t buffered;
};

static void reset_and_observe(struct dc_connection *connection, void *user)
{
	struct observed *observed = user;

	protocol_reset(connection, (uint16_t)dc_channel_id(observed->channel));
	observed->state = observed->channel->state;
}

Test(protocol, a_stream_is_not_free_before_ours_is_reset_too)
{
	struct observed observed = {.channel = (meet(NULL), channel)};

	within(peers.offerer.connection, reset_and_observe, &observed);
	cr_expect_eq(observed.state, CHANNEL_RESETTING);
	AWAIT(mine.closed && peers.answerer.seen[0].closed);
	part();
}

static void close_send_and_observe(struct dc_connection *connection, void *user)
{
	struct observed *observed = user;
	struct message *message = message_copy(observed->channel, DC_TEXT, "late", 4);

	(void)connection;
	protocol_close(observed->channel);
	atomic_fetch_add(&observed->channel->buffered, 4);
	outbox_put(message);
	observed->buffered = dc_channel_buffered(observed->channel);
}

Test(protocol, what_was_sent_while_another_thread_closed_is_forgotten)
{
	struct observed observed = {.channel = (meet(NULL), channel)};

	within(peers.offerer.connection, close_send_and_observe, &observed);
	cr_expect_eq(observed.buffered, 0);
	AWAIT(mine.closed && peers.answerer.seen[0].closed);
	cr_expect_eq(peers.answerer.seen[0].messages, 0);
	part();
}

static void reset_and_open(struct dc_connection *connection, void *user)
{
	static const uint8_t open[] = {3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 'x'};
	struct observed *observed = user;
	uint16_t stream = (uint16_t)dc_channel_id(observed->channel);

	reset_and_observe(connection, user);
	protocol_receive(connection, stream, PPID_DCEP, open, sizeof(open));
}

Test(protocol, a_peer_may_open_a_stream_again_before_we_hear_that_ours_is_reset)
{
	struct observed observed = {.channel = meet(NULL)->channel};

	within(peers.answerer.connection, reset_and_open, &observed);
	cr_expect_eq(observed.state, CHANNEL_RESETTING);
	AWAIT(peers.answerer.seen[0].closed && peers.answerer.arrived == 2);
	cr_expect_str_eq(dc_channel_label(peers.answerer.seen[1].channel), "x");
	part();
}

static void be_impatient(struct dc_connection *connection, void *user)
{
	(void)user;
	connection->patience_ms = 50;
}

Test(protocol, a_channel_that_the_peer_does_not_have_is_closed_all_the_same)
{
	static const struct dc_channel_options lonely = {.negotiated = true, .id = FREE};
	static struct seen alone;
	struct dc_channel *only_here;

	meet(NULL);
	only_here = open_channel(&peers.offerer, &lonely, &alone);
	AWAIT(alone.opened);
	within(peers.offerer.connection, be_impatient, NULL);
	dc_channel_close(only_here);
	AWAIT(alone.closed);
	dc_channel_destroy(only_here);
	expect_usable();
	part();
}
