/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.inc.c"

static const size_t sizes[] = {1, 1119, 1120, 1121, 1150, 65536, 100, 1 << 20, 8 << 20, 7};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void send_all_sizes(struct side *side)
{
	for (unsigned i = 0; i < SIZES; i++)
		side_send_pattern(side, reliable, sizes[i], i);
}

static void expect_all_sizes(const struct side *side)
{
	cr_assert_eq(side->got_count, SIZES);
	for (unsigned i = 0; i < SIZES; i++) {
		cr_assert(pattern_is_whole(&side->got[i], sizes[i], i), "message %u", i);
		cr_assert_eq(side->got[i].stream, reliable.stream);
		cr_assert_eq(side->got[i].ppid, reliable.ppid);
	}
}

static void exchange_all_sizes(unsigned executors)
{
	struct pair *pair = pair_create(executors);

	pair_connect(pair);
	send_all_sizes(&pair->sides[0]);
	send_all_sizes(&pair->sides[1]);
	pair_wait(pair, pair->sides[0].got_count == SIZES && pair->sides[1].got_count == SIZES);
	expect_all_sizes(&pair->sides[0]);
	expect_all_sizes(&pair->sides[1]);
	/* Eight megabytes are more than is ever queued. */
	cr_assert_gt(pair->sides[0].writable_told, 0);
	pair_destroy(pair);
}

Test(message, of_any_size_arrives_whole_and_in_order)
{
	exchange_all_sizes(1);
}

Test(message, arrives_whole_and_in_order_between_two_executors)
{
	exchange_all_sizes(2);
}

Test(message, arrives_whole_and_in_order_over_a_bad_network)
{
	static const size_t small[] = {1, 3000, 1150, 20000, 5, 65536};
	enum { COUNT = 60 };
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	pair->loss = 20;
	pair->duplicates = 20;
	pair->swaps = 20;
	for (unsigned i = 0; i < COUNT; i++)
		side_send_pattern(&pair->sides[i % 2], reliable, small[i / 2 % 6], i);
	pair_wait(pair,
		  pair->sides[0].got_count == COUNT / 2 && pair->sides[1].got_count == COUNT / 2);
	for (unsigned i = 0; i < COUNT; i++)
		cr_assert(pattern_is_whole(&pair->sides[!(i % 2)].got[i / 2], small[i / 2 % 6], i));
	pair_destroy(pair);
}

Test(message, that_is_announced_shares_a_packet_with_those_before)
{
	enum { COUNT = 500, SIZE = 10 };
	struct sctp_message message = reliable;
	struct pair *pair = pair_create(2);
	unsigned apart;

	pair_connect(pair);
	/* One after the other: who waits for room in the window shares too. */
	for (unsigned i = 0; i < COUNT; i++) {
		side_send_pattern(&pair->sides[0], message, SIZE, i);
		pair_wait(pair, pair->sides[1].got_count == i + 1);
	}
	apart = pair->sides[0].packets_sent;
	cr_assert_geq(apart, COUNT);
	for (unsigned i = 0; i < COUNT; i++) {
		message.more = i < COUNT - 1;
		side_send_pattern(&pair->sides[0], message, SIZE, i);
	}
	pair_wait(pair, pair->sides[1].got_count == 2 * COUNT);
	cr_assert_lt(pair->sides[0].packets_sent - apart, apart / 2);
	for (unsigned i = 0; i < COUNT; i++)
		cr_assert(pattern_is_whole(&pair->sides[1].got[COUNT + i], SIZE, i));
	pair_destroy(pair);
}

/* Every message of the given sort that came must be one that was sent, and come once. */
static void expect_some_of(const struct side *side, const size_t *sent, unsigned count)
{
	bool *seen = calloc(count, sizeof(*seen));

	for (size_t n = 0; n < side->got_count; n++) {
		unsigned number = side->got[n].ppid - 1000;

		if (side->got[n].ppid == PPID_BINARY)
			continue;
		cr_assert_lt(number, count);
		cr_assert_not(seen[number], "message %u twice", number);
		cr_assert(pattern_is_whole(&side->got[n], sent[number], number), "message %u",
			  number);
		seen[number] = true;
	}
	free(seen);
}

enum { UNSURE = 200 };

static void send_unsure(struct side *side, struct sctp_message message, size_t *ret_sizes)
{
	for (unsigned i = 0; i < UNSURE; i++) {
		ret_sizes[i] = i % 4 == 3 ? 20000 : 10 + i * 17;
		message.ppid = 1000 + i;
		message.stream = (uint16_t)(i % 3);
		side_send_pattern(side, message, ret_sizes[i], i);
	}
	message = reliable;
	message.stream = 9;
	side_send_pattern(side, message, 1, 0);
}

static bool has_last(const struct side *side)
{
	for (size_t n = 0; n < side->got_count; n++) {
		if (side->got[n].ppid == PPID_BINARY)
			return true;
	}
	return false;
}

static size_t exchange_unsure(struct sctp_message message, unsigned loss)
{
	size_t unsure[UNSURE], count;
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	pair->loss = loss;
	pair->duplicates = pair->swaps = loss / 2;
	send_unsure(&pair->sides[0], message, unsure);
	pair_wait(pair, has_last(&pair->sides[1]));
	expect_some_of(&pair->sides[1], unsure, UNSURE);
	count = pair->sides[1].got_count;
	pair_destroy(pair);
	return count;
}

Test(message, unordered_ones_all_arrive)
{
	struct sctp_message message = reliable;
	size_t unsure[UNSURE];
	struct pair *pair = pair_create(2);

	message.unordered = true;
	pair_connect(pair);
	pair->loss = pair->swaps = 20;
	send_unsure(&pair->sides[0], message, unsure);
	pair_wait(pair, pair->sides[1].got_count == UNSURE + 1);
	expect_some_of(&pair->sides[1], unsure, UNSURE);
	pair_destroy(pair);
}

Test(message, without_retransmission_is_lost_or_whole)
{
	struct sctp_message message = reliable;

	message.max_retransmits = 0;
	cr_assert_lt(exchange_unsure(message, 50), UNSURE + 1);
}

Test(message, unordered_without_retransmission_is_lost_or_whole)
{
	struct sctp_message message = reliable;

	message.max_retransmits = 0;
	message.unordered = true;
	cr_assert_lt(exchange_unsure(message, 50), UNSURE + 1);
}

Test(message, with_a_lifetime_is_lost_or_whole)
{
	struct sctp_message message = reliable;

	message.max_lifetime_ms = 20;
	cr_assert_lt(exchange_unsure(message, 50), UNSURE + 1);
}

/* Larger than what is delivered in one piece: the receiver has its beginning when it is given up.
 */
Test(message, given_up_after_its_beginning_arrived_is_not_delivered)
{
	struct sctp_message message = reliable;
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	message.max_retransmits = 0;
	pair->loss = 5;
	for (unsigned i = 0; i < 10; i++) {
		message.ppid = 1000 + i;
		side_send_pattern(&pair->sides[0], message, 2 << 20, i);
	}
	side_send_pattern(&pair->sides[0], reliable, 1, 0);
	pair_wait(pair, has_last(&pair->sides[1]));
	for (size_t n = 0; n + 1 < pair->sides[1].got_count; n++)
		cr_assert(pattern_is_whole(&pair->sides[1].got[n], 2 << 20,
					   pair->sides[1].got[n].ppid - 1000));
	cr_assert_lt(pair->sides[1].got_count, 11);
	pair_destroy(pair);
}

Test(message, above_the_limit_ends_the_association)
{
	struct sctp_config config = pair_config;
	struct pair *pair;

	config.receive_max_bytes = 100000;
	pair = pair_create_with(2, config);
	pair_connect(pair);
	side_send_pattern(&pair->sides[0], reliable, 100000, 1);
	side_send_pattern(&pair->sides[0], reliable, 100001, 2);
	pair_wait(pair, pair->sides[0].state == SCTP_CLOSED && pair->sides[1].state == SCTP_CLOSED);
	cr_assert_eq(pair->sides[1].got_count, 1);
	cr_assert(pattern_is_whole(&pair->sides[1].got[0], 100000, 1));
	pair_destroy(pair);
}

static void run_refused(struct side *side, void *user)
{
	struct sctp_message message = reliable;
	size_t taken = 77;

	message.data = (const uint8_t *)"x";
	message.size = 1;
	cr_assert_eq(sctp_send(side->sctp, &message, 0, &taken), *(int *)user);
	cr_assert_eq(taken, 77);
}

Test(message, before_the_association_is_up_is_refused)
{
	struct pair *pair = pair_create(1);
	int expected = -ENOTCONN;

	side_call(&pair->sides[0], run_refused, &expected);
	pair_destroy(pair);
}

static void run_wrong(struct side *side, void *user)
{
	struct sctp_message message = reliable;
	size_t taken = 77;

	(void)user;
	message.data = (const uint8_t *)"x";
	cr_assert_eq(sctp_send(side->sctp, &message, 0, &taken), -EINVAL, "empty");
	message.size = 1;
	cr_assert_eq(sctp_send(side->sctp, &message, 1, &taken), -EINVAL, "nothing left");
	message.stream = SCTP_STREAMS_MAX;
	cr_assert_eq(sctp_send(side->sctp, &message, 0, &taken), -EINVAL, "no such stream");
	cr_assert_eq(taken, 77);
}

Test(message, that_cannot_be_sent_is_refused)
{
	struct pair *pair = pair_create(1);

	pair_connect(pair);
	side_call(&pair->sides[0], run_wrong, NULL);
	pair_destroy(pair);
}

static void run_pause(struct side *side, void *user)
{
	sctp_pause(side->sctp, *(bool *)user);
}

Test(message, waits_while_the_receiver_pauses_and_comes_when_it_resumes)
{
	enum { COUNT = 60, SIZE = 100000 };
	bool paused = true;
	struct pair *pair = pair_create(2);
	struct side *sender = &pair->sides[0], *receiver = &pair->sides[1];

	pair_connect(pair);
	side_call(receiver, run_pause, &paused);
	for (unsigned i = 0; i < COUNT; i++)
		side_send_pattern(sender, reliable, SIZE, i);
	/* The window is closed and the queue is full. */
	pair_wait(pair, sender->sent_bytes >= 1 << 20);
	cr_assert_eq(receiver->got_count, 0);
	cr_assert_lt(sender->sent_bytes, COUNT * SIZE);
	paused = false;
	side_call(receiver, run_pause, &paused);
	pair_wait(pair, receiver->got_count == COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		cr_assert(pattern_is_whole(&receiver->got[i], SIZE, i));
	pair_destroy(pair);
}

static void pause_here(struct side *side)
{
	sctp_pause(side->sctp, true);
}

Test(message, no_other_comes_after_a_pause_from_within_the_event)
{
	bool paused = false;
	struct pair *pair = pair_create(1);
	struct side *receiver = &pair->sides[1];

	pair_connect(pair);
	receiver->on_receive = pause_here;
	for (unsigned i = 0; i < 3; i++)
		side_send_pattern(&pair->sides[0], reliable, 5, i);
	for (unsigned i = 0; i < 3; i++) {
		pair_wait(pair, receiver->got_count >= i + 1);
		pair_wait(pair, pair->in_flight == 0);
		cr_assert_eq(receiver->got_count, i + 1);
		side_call(receiver, run_pause, &paused);
	}
	pair_destroy(pair);
}
