/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

enum { MEBIBYTE = 1 << 20 };

static struct seen mine;
static struct dc_channel *channel;

/* A channel of the offerer, open; the answerer's is seen[0] of his. */
static struct seen *meet(const struct dc_channel_options *options, const struct dc_config *config)
{
	peers_create(config);
	channel = open_channel(&peers.offerer, options, &mine);
	peers_negotiate();
	AWAIT(mine.opened && peers.answerer.arrived);
	return &peers.answerer.seen[0];
}

static void part(void)
{
	dc_channel_destroy(channel);
	peers_destroy();
}

Test(channel, a_message_comes_back_from_an_echo)
{
	peers.answerer.echo = true;
	meet(&(struct dc_channel_options){.label = "echo"}, NULL);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "hello", 5), 0);
	AWAIT(mine.messages);
	cr_expect_eq(mine.kind, DC_TEXT);
	cr_expect_eq(mine.size, 5);
	cr_expect_str_eq(mine.sample, "hello");
	part();
}

Test(channel, text_and_binary_are_told_apart)
{
	struct seen *theirs = meet(NULL, NULL);

	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "a", 1), 0);
	AWAIT(theirs->messages == 1);
	cr_expect_eq(theirs->kind, DC_TEXT);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, "\0b", 2), 0);
	AWAIT(theirs->messages == 2);
	cr_expect_eq(theirs->kind, DC_BINARY);
	cr_expect_arr_eq(theirs->sample, "\0b", 2);
	part();
}

Test(channel, empty_messages_keep_their_kind)
{
	struct seen *theirs = meet(NULL, NULL);

	for (enum dc_kind kind = DC_TEXT; kind <= DC_BINARY; kind++) {
		theirs->size = 99;
		cr_expect_eq(dc_channel_send(channel, kind, NULL, 0), 0);
		AWAIT(theirs->messages == (unsigned)kind + 1);
		cr_expect_eq(theirs->kind, kind);
		cr_expect_eq(theirs->size, 0);
	}
	part();
}

Test(channel, there_is_no_third_kind)
{
	meet(NULL, NULL);
	cr_expect_eq(dc_channel_send(channel, (enum dc_kind)2, "a", 1), -EINVAL);
	part();
}

Test(channel, a_mebibyte_goes_where_both_accept_it)
{
	struct dc_config config = local_config();
	char *data = calloc(1, MEBIBYTE + 1);

	config.max_message_size = MEBIBYTE;
	struct seen *theirs = meet(NULL, &config);
	strcpy(data, "a mebibyte");
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, data, MEBIBYTE + 1), -EMSGSIZE);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, data, MEBIBYTE), 0);
	AWAIT(theirs->messages);
	cr_expect_eq(theirs->size, MEBIBYTE);
	cr_expect_str_eq(theirs->sample, "a mebibyte");
	free(data);
	part();
}

Test(channel, the_peers_limit_counts)
{
	struct dc_config small = local_config(), usual = local_config();
	static char data[262145];

	small.max_message_size = 1000;
	peers_create(&usual);
	dc_connection_destroy(peers.answerer.connection);
	side_open(&peers.answerer, &peers.offerer, &small);
	channel = open_channel(&peers.offerer, NULL, &mine);
	peers_negotiate();
	AWAIT(mine.opened && peers.answerer.arrived);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, data, 1001), -EMSGSIZE);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, data, 1000), 0);
	struct dc_channel *back = peers.answerer.seen[0].channel;
	cr_expect_eq(dc_channel_send(back, DC_BINARY, data, 262145), -EMSGSIZE);
	cr_expect_eq(dc_channel_send(back, DC_BINARY, data, 262144), 0);
	AWAIT(mine.messages && peers.answerer.seen[0].messages);
	part();
}

Test(channel, before_the_peer_has_said_what_he_accepts_64_kibibytes_may_be_sent)
{
	static char data[65537];

	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, data, 65537), -EMSGSIZE);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, data, 65536), 0);
	peers_negotiate();
	AWAIT(peers.answerer.arrived && peers.answerer.seen[0].messages);
	part();
}

Test(channel, a_message_can_leave_from_its_opening_to_its_close)
{
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	cr_expect_not(dc_channel_is_ready(channel));
	peers_negotiate();
	AWAIT(mine.opened && peers.answerer.arrived);
	cr_expect(dc_channel_is_ready(channel));
	AWAIT(peers.answerer.states[DC_CONNECTED]);
	cr_expect(dc_channel_is_ready(peers.answerer.seen[0].channel));
	dc_channel_close(channel);
	cr_expect_not(dc_channel_is_ready(channel));
	dc_connection_close(peers.answerer.connection, NULL, NULL);
	cr_expect_not(dc_channel_is_ready(peers.answerer.seen[0].channel));
	part();
}

Test(channel, what_the_peer_accepts_is_known_once_he_has_said_it)
{
	struct dc_config config = local_config();

	config.max_message_size = MEBIBYTE;
	peers_create(&config);
	channel = open_channel(&peers.offerer, NULL, &mine);
	cr_expect_eq(dc_channel_message_max(channel), 65536);
	peers_negotiate();
	AWAIT(mine.opened);
	cr_expect_eq(dc_channel_message_max(channel), MEBIBYTE);
	part();
}

Test(channel, one_that_was_given_more_than_the_peer_accepts_is_closed)
{
	struct dc_config config = local_config();
	static char data[2000];

	config.max_message_size = 1000;
	peers_create(&config);
	channel = open_channel(&peers.offerer, NULL, &mine);
	cr_expect_eq(dc_channel_send(channel, DC_BINARY, data, 2000), 0);
	peers_negotiate();
	AWAIT(mine.closed);
	cr_expect_eq(dc_channel_buffered(channel), 0);
	part();
}

Test(channel, label_and_protocol_arrive)
{
	static const char label[] = "\xe2\x82\xac \xf0\x9f\x99\x82 \xd0\xb6";
	struct seen *theirs =
		meet(&(struct dc_channel_options){.label = label, .protocol = "chat.v1"}, NULL);

	cr_expect_str_eq(dc_channel_label(theirs->channel), label);
	cr_expect_str_eq(dc_channel_protocol(theirs->channel), "chat.v1");
	cr_expect_str_eq(dc_channel_label(channel), label);
	part();
}

Test(channel, label_and_protocol_may_be_missing)
{
	struct seen *theirs = meet(NULL, NULL);

	cr_expect_str_eq(dc_channel_label(theirs->channel), "");
	cr_expect_str_eq(dc_channel_protocol(theirs->channel), "");
	part();
}

Test(channel, options_that_cannot_be_are_refused)
{
	static char text[65537];
	/* clang-format off */
	static const struct dc_channel_options options[] = {
		{.label = text},
		{.protocol = text},
		{.negotiated = true, .id = 1024},
		{.reliability = DC_MAX_RETRANSMITS, .limit = 0x80000000},
	};
	/* clang-format on */

	memset(text, 'x', sizeof(text) - 1);
	peers_create(NULL);
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		cr_expect_eq(dc_channel_open(peers.offerer.connection, &options[i], &channel),
			     -EINVAL, "%zu", i);
	channel = NULL;
	part();
}

Test(channel, the_longest_label_goes)
{
	static char text[65536];

	memset(text, 'x', sizeof(text) - 1);
	struct seen *theirs = meet(&(struct dc_channel_options){.label = text}, NULL);
	cr_expect_str_eq(dc_channel_label(theirs->channel), text);
	part();
}

Test(channel, all_sorts_of_reliability_carry_messages)
{
	/* clang-format off */
	static const struct dc_channel_options options[] = {
		{.unordered = true},
		{.reliability = DC_MAX_RETRANSMITS, .limit = 0},
		{.reliability = DC_MAX_LIFETIME_MS, .limit = 5000},
		{.unordered = true, .reliability = DC_MAX_RETRANSMITS, .limit = 3},
		{.unordered = true, .reliability = DC_MAX_LIFETIME_MS, .limit = 5000},
	};
	/* clang-format on */
	enum { COUNT = sizeof(options) / sizeof(*options), MESSAGES = 20 };
	static struct seen seen[COUNT];

	peers_connect(NULL);
	for (int i = 0; i < COUNT; i++) {
		open_channel(&peers.offerer, &options[i], &seen[i]);
		for (int j = 0; j < MESSAGES; j++)
			dc_channel_send(seen[i].channel, DC_TEXT, "hello", 5);
	}
	AWAIT(peers.answerer.arrived == COUNT);
	for (int i = 0; i < COUNT; i++)
		AWAIT(peers.answerer.seen[i].messages == MESSAGES);
	for (int i = 0; i < COUNT; i++)
		dc_channel_destroy(seen[i].channel);
	peers_destroy();
}

Test(channel, one_that_is_negotiated_needs_no_word_of_the_peer)
{
	static const struct dc_channel_options options = {
		.label = "ours", .negotiated = true, .id = 77};
	static struct seen theirs;

	peers_create(NULL);
	channel = open_channel(&peers.offerer, &options, &mine);
	struct dc_channel *other = open_channel(&peers.answerer, &options, &theirs);
	cr_expect_eq(dc_channel_id(channel), 77);
	peers_negotiate();
	AWAIT(mine.opened && theirs.opened);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "there", 5), 0);
	cr_expect_eq(dc_channel_send(other, DC_TEXT, "back", 4), 0);
	AWAIT(mine.messages && theirs.messages);
	cr_expect_eq(peers.answerer.arrived, 0);
	dc_channel_close(channel);
	AWAIT(mine.closed && theirs.closed);
	dc_channel_destroy(other);
	part();
}

Test(channel, two_cannot_have_the_same_id)
{
	static const struct dc_channel_options options = {.negotiated = true, .id = 5};
	static struct seen second;

	peers_create(NULL);
	channel = open_channel(&peers.offerer, &options, &mine);
	struct dc_channel *other = open_channel(&peers.offerer, &options, &second);
	AWAIT(second.closed);
	cr_expect_eq(mine.closed, 0);
	dc_channel_destroy(other);
	part();
}

Test(channel, the_dtls_client_has_the_even_ids_and_the_server_the_odd_ones)
{
	enum { MANY = 200 };
	static struct seen ours[MANY], theirs[MANY];

	peers_create(NULL);
	for (int i = 0; i < MANY / 2; i++)
		open_channel(&peers.offerer, NULL, &ours[i]);
	cr_expect_eq(dc_channel_id(ours[0].channel), -ENOTCONN);
	peers_negotiate();
	for (int i = 0; i < MANY; i++)
		open_channel(&peers.answerer, NULL, &theirs[i]);
	for (int i = MANY / 2; i < MANY; i++)
		open_channel(&peers.offerer, NULL, &ours[i]);
	for (int i = 0; i < MANY; i++)
		AWAIT(ours[i].opened && theirs[i].opened);
	AWAIT(peers.offerer.arrived == MANY && peers.answerer.arrived == MANY);
	for (int i = 0; i < MANY; i++) {
		cr_expect_eq(dc_channel_id(ours[i].channel) % 2, 1);
		cr_expect_eq(dc_channel_id(theirs[i].channel) % 2, 0);
		cr_expect_eq(dc_channel_id(ours[i].channel),
			     dc_channel_id(peers.answerer.seen[i].channel));
		dc_channel_destroy(ours[i].channel);
		dc_channel_destroy(theirs[i].channel);
	}
	peers_destroy();
}

Test(channel, there_are_at_most_512_of_one_side)
{
	enum { MANY = 512 };
	static struct seen seen[MANY];

	peers_create(NULL);
	for (int i = 0; i < MANY; i++)
		open_channel(&peers.offerer, NULL, &seen[i]);
	cr_expect_eq(dc_channel_open(peers.offerer.connection, NULL, &channel), -ENOSPC);
	peers_negotiate();
	AWAIT(peers.answerer.arrived == MANY);
	dc_channel_close(seen[3].channel);
	AWAIT(seen[3].closed);
	cr_expect_eq(dc_channel_open(peers.offerer.connection, NULL, &channel), 0);
	AWAIT(peers.answerer.arrived == MANY + 1);
	cr_expect_eq(dc_channel_id(channel), dc_channel_id(seen[3].channel));
	for (int i = 0; i < MANY; i++)
		dc_channel_destroy(seen[i].channel);
	part();
}

Test(channel, an_id_is_free_again_after_a_close)
{
	enum { TIMES = 600 };
	static struct seen seen;

	peers_connect(NULL);
	for (unsigned i = 0; i < TIMES; i++) {
		struct dc_channel *one = open_channel(&peers.answerer, NULL, &seen);

		AWAIT(seen.opened == i + 1);
		dc_channel_close(one);
		AWAIT(seen.closed == i + 1);
		dc_channel_destroy(one);
	}
	AWAIT(peers.offerer.arrived == TIMES && peers.offerer.seen[TIMES - 1].closed);
	peers_destroy();
}

Test(channel, messages_that_are_sent_before_it_is_open_arrive)
{
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "early", 5), 0);
	cr_expect_eq(dc_channel_buffered(channel), 5);
	peers_negotiate();
	AWAIT(peers.answerer.arrived && peers.answerer.seen[0].messages);
	cr_expect_str_eq(peers.answerer.seen[0].sample, "early");
	AWAIT(mine.opened);
	AWAIT(dc_channel_buffered(channel) == 0);
	part();
}

static struct {
	unsigned count, out_of_order;
} sequence;

static void check_sequence(struct dc_channel *which, enum dc_kind kind, const void *data,
			   size_t size, void *user)
{
	unsigned number = 0;

	(void)which;
	(void)kind;
	(void)user;
	memcpy(&number, data, size < sizeof(number) ? size : sizeof(number));
	sequence.out_of_order += number != sequence.count;
	note(&sequence.count);
}

static void leave_alone(struct side *side, struct dc_channel *which)
{
	(void)side;
	(void)which;
}

static void send_numbers(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		cr_assert_eq(dc_channel_send(channel, DC_BINARY, &i, sizeof(i)), 0);
}

Test(channel, messages_are_kept_until_somebody_listens)
{
	static struct seen other;

	peers.answerer.on_channel = leave_alone;
	struct seen *theirs = meet(NULL, NULL);
	send_numbers(0, 500);
	/* What comes over another channel afterwards shows that those have come. */
	peers.answerer.on_channel = NULL;
	struct dc_channel *second = open_channel(&peers.offerer, NULL, &other);
	AWAIT(peers.answerer.arrived == 2);
	dc_channel_on_message(theirs->channel, check_sequence, NULL);
	send_numbers(500, 1000);
	AWAIT(sequence.count == 1000);
	cr_expect_eq(sequence.out_of_order, 0);
	dc_channel_destroy(second);
	part();
}

static void listen_at_once(struct side *side, struct dc_channel *which)
{
	(void)side;
	dc_channel_on_message(which, check_sequence, NULL);
	dc_channel_on_closed(which, told_closed, &side->seen[side->arrived]);
}

Test(channel, who_listens_within_on_channel_misses_nothing_of_a_short_life)
{
	peers.answerer.on_channel = listen_at_once;
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	send_numbers(0, 300);
	dc_channel_close(channel);
	AWAIT(peers.answerer.arrived && peers.answerer.seen[0].closed);
	cr_expect_eq(sequence.count, 300);
	cr_expect_eq(sequence.out_of_order, 0);
	part();
}

Test(channel, it_is_told_open_to_who_asks_late)
{
	static struct seen late;
	struct seen *theirs = meet(NULL, NULL);

	dc_channel_on_open(channel, told_open, &late);
	AWAIT(late.opened == 1);
	AWAIT(theirs->opened == 1);
	part();
}

/* What comes back shows that it has been open for some time. */
Test(channel, it_is_told_open_to_who_asks_first_when_it_is)
{
	static struct seen late, last;

	peers.answerer.echo = true;
	peers_create(NULL);
	cr_assert_eq(dc_channel_open(peers.offerer.connection, NULL, &channel), 0);
	dc_channel_on_message(channel, told_message, &mine);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "hello", 5), 0);
	peers_negotiate();
	AWAIT(mine.messages);
	dc_channel_on_open(channel, told_open, &late);
	AWAIT(late.opened == 1);
	dc_channel_on_closed(channel, told_closed, &last);
	dc_channel_close(channel);
	AWAIT(last.closed == 1);
	dc_channel_on_open(channel, told_open, &last);
	AWAIT(last.opened == 1);
	part();
}

Test(channel, a_callback_that_is_reset_is_told_nothing)
{
	static struct seen other;

	peers.answerer.echo = true;
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	dc_channel_on_open(channel, NULL, NULL);
	dc_channel_on_message(channel, NULL, NULL);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "dropped", 7), 0);
	peers_negotiate();
	AWAIT(peers.answerer.arrived && peers.answerer.seen[0].messages);
	/* Another channel's echo comes behind that of this one. */
	struct dc_channel *second = open_channel(&peers.offerer, NULL, &other);
	cr_expect_eq(dc_channel_send(second, DC_TEXT, "heard", 5), 0);
	AWAIT(other.messages);
	dc_channel_on_message(channel, told_message, &mine);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "heard too", 9), 0);
	AWAIT(mine.messages);
	cr_expect_str_eq(mine.sample, "heard too");
	cr_expect_eq(mine.messages, 1);
	cr_expect_eq(mine.opened, 0);
	dc_channel_destroy(second);
	part();
}

Test(channel, it_is_told_closed_to_who_asks_late)
{
	static struct seen late;

	meet(NULL, NULL);
	dc_channel_close(channel);
	AWAIT(mine.closed);
	dc_channel_on_closed(channel, told_closed, &late);
	AWAIT(late.closed == 1);
	part();
}

Test(channel, a_close_comes_after_all_that_was_sent)
{
	struct seen *theirs = meet(NULL, NULL);

	dc_channel_on_message(theirs->channel, check_sequence, NULL);
	send_numbers(0, 5000);
	dc_channel_close(channel);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "late", 4), -ENOTCONN);
	AWAIT(mine.closed && theirs->closed);
	cr_expect_eq(sequence.count, 5000);
	cr_expect_eq(sequence.out_of_order, 0);
	cr_expect_eq(dc_channel_send(theirs->channel, DC_TEXT, "late", 4), -ENOTCONN);
	part();
}

Test(channel, the_peer_may_close_it)
{
	struct seen *theirs = meet(NULL, NULL);

	dc_channel_close(theirs->channel);
	AWAIT(mine.closed == 1 && theirs->closed == 1);
	cr_expect_eq(dc_connection_state(peers.offerer.connection), DC_CONNECTED);
	part();
}

Test(channel, both_may_close_it_at_the_same_time)
{
	struct seen *theirs = meet(NULL, NULL);

	dc_channel_close(channel);
	dc_channel_close(theirs->channel);
	dc_channel_close(channel);
	AWAIT(mine.closed == 1 && theirs->closed == 1);
	part();
}

Test(channel, a_close_of_the_connection_closes_it_first)
{
	struct seen *theirs = meet(NULL, NULL);

	dc_connection_close(peers.offerer.connection, told_end, &peers.offerer);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "late", 4), -ENOTCONN);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(mine.closed, 1);
	AWAIT(theirs->closed);
	struct dc_channel *none = NULL;
	cr_expect_eq(dc_channel_open(peers.offerer.connection, NULL, &none), -ENOTCONN);
	part();
}

Test(channel, one_that_never_opened_is_closed_without_a_word_of_the_peer)
{
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	dc_channel_close(channel);
	AWAIT(mine.closed);
	cr_expect_eq(mine.opened, 0);
	part();
}

Test(channel, where_nobody_takes_channels_they_are_closed_again)
{
	peers_create(NULL);
	dc_connection_on_channel(peers.answerer.connection, NULL, NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	peers_negotiate();
	AWAIT(mine.closed);
	part();
}

Test(channel, what_destroy_was_called_for_calls_back_no_more)
{
	struct seen *theirs = meet(NULL, NULL);
	static struct seen other;

	dc_channel_destroy(channel);
	unsigned told = mine.messages + mine.closed + mine.opened;
	dc_channel_send(theirs->channel, DC_TEXT, "to nobody", 9);
	AWAIT(theirs->closed);
	channel = open_channel(&peers.offerer, NULL, &other);
	AWAIT(other.opened);
	cr_expect_eq(mine.messages + mine.closed + mine.opened, told);
	part();
}
