/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.inc.c"

static void run_reset(struct side *side, void *user)
{
	cr_assert_eq(sctp_reset_stream(side->sctp, *(uint16_t *)user), 0);
}

static void side_reset(struct side *side, uint16_t stream)
{
	side_call(side, run_reset, &stream);
}

Test(stream, reset_is_told_to_both_sides)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	side_reset(&pair->sides[0], 7);
	pair_wait(pair, pair->sides[1].resets[7] == 1 && pair->sides[0].resets_done[7] == 1);
	cr_assert_eq(pair->sides[0].resets[7], 0);
	side_reset(&pair->sides[1], 7);
	pair_wait(pair, pair->sides[0].resets[7] == 1 && pair->sides[1].resets_done[7] == 1);
	cr_assert_eq(pair->sides[1].resets[7], 1);
	pair_destroy(pair);
}

static void note_order(struct side *side)
{
	cr_assert(side->got[side->got_count - 1].stream != 1 || side->resets[1] == 0,
		  "the reset overtook a message");
}

Test(stream, reset_comes_after_what_was_sent_on_it)
{
	enum { COUNT = 8, SIZE = 100000 };
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	pair->sides[1].on_receive = note_order;
	for (unsigned i = 0; i < COUNT; i++)
		side_send_pattern(&pair->sides[0], reliable, SIZE, i);
	side_reset(&pair->sides[0], reliable.stream);
	pair_wait(pair, pair->sides[1].resets[reliable.stream] == 1);
	cr_assert_eq(pair->sides[1].got_count, COUNT);
	pair_destroy(pair);
}

Test(stream, reset_in_the_midst_of_a_message_comes_after_it)
{
	struct sctp_message other = reliable;
	struct pair *pair = pair_create(2);

	other.stream = 2;
	pair_connect(pair);
	pair->sides[1].on_receive = note_order;
	side_send_pattern(&pair->sides[0], reliable, 8 << 20, 1);
	side_reset(&pair->sides[0], reliable.stream);
	side_send_pattern(&pair->sides[0], other, 10, 2);
	pair_wait(pair, pair->sides[1].resets[reliable.stream] == 1);
	cr_assert(pattern_is_whole(&pair->sides[1].got[0], 8 << 20, 1));
	pair_wait(pair, pair->sides[1].got_count == 2);
	pair_destroy(pair);
}

/* Without loss: where requests are lost, usrsctp 0.9.5 now and then leaves a reset for ever. */
Test(stream, resets_of_many_at_once_are_all_told_over_a_bad_network)
{
	enum { COUNT = 40 };
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	pair->swaps = pair->duplicates = 100;
	for (uint16_t i = 0; i < COUNT; i++) {
		struct sctp_message message = reliable;

		message.stream = i;
		side_send_pattern(&pair->sides[0], message, 3000, i);
		side_reset(&pair->sides[0], i);
		side_reset(&pair->sides[1], i);
	}
	for (uint16_t i = 0; i < COUNT; i++) {
		pair_wait(pair, pair->sides[0].resets[i] == 1 && pair->sides[1].resets[i] == 1);
		pair_wait(pair, pair->sides[0].resets_done[i] == 1);
		pair_wait(pair, pair->sides[1].resets_done[i] == 1);
	}
	cr_assert_eq(pair->sides[1].got_count, COUNT);
	pair_destroy(pair);
}

Test(stream, can_be_used_again_after_its_reset)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	for (unsigned i = 0; i < 5; i++) {
		side_send_pattern(&pair->sides[0], reliable, 3000, i);
		side_reset(&pair->sides[0], reliable.stream);
	}
	pair_wait(pair, pair->sides[1].got_count == 5);
	pair_wait(pair, pair->sides[1].resets[reliable.stream] >= 1);
	for (unsigned i = 0; i < 5; i++)
		cr_assert(pattern_is_whole(&pair->sides[1].got[i], 3000, i));
	pair_destroy(pair);
}

static void run_refused(struct side *side, void *user)
{
	(void)user;
	cr_assert_eq(sctp_reset_stream(side->sctp, 1), -ENOTCONN);
}

Test(stream, reset_before_the_association_is_up_is_refused)
{
	struct pair *pair = pair_create(1);

	side_call(&pair->sides[0], run_refused, NULL);
	pair_destroy(pair);
}

static void run_no_such(struct side *side, void *user)
{
	(void)user;
	cr_assert_eq(sctp_reset_stream(side->sctp, SCTP_STREAMS_MAX), -EINVAL);
}

Test(stream, reset_of_one_that_does_not_exist_is_refused)
{
	struct pair *pair = pair_create(1);

	pair_connect(pair);
	side_call(&pair->sides[0], run_no_such, NULL);
	pair_destroy(pair);
}
