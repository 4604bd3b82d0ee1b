/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.inc.c"
#include <arpa/inet.h>

Test(sctp, two_sides_that_both_connect_become_connected)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	cr_assert_eq(pair->sides[0].states_told, 1);
	cr_assert_eq(pair->sides[1].states_told, 1);
	pair_destroy(pair);
}

Test(sctp, one_executor_can_hold_both)
{
	struct pair *pair = pair_create(1);

	cr_assert_eq(pair->sides[0].executor, pair->sides[1].executor);
	pair_connect(pair);
	pair_destroy(pair);
}

/* Who tries ten times in vain gives up: that must not be a matter of luck. */
Test(sctp, connects_over_a_bad_network)
{
	struct pair *pair = pair_create(2);

	pair->loss = 300;
	pair->hears_again = true;
	pair->seed = 3;
	pair_connect(pair);
	pair_destroy(pair);
}

Test(sctp, a_side_that_connects_later_is_reached)
{
	struct pair *pair = pair_create(2);

	side_call(&pair->sides[0], run_connect, NULL);
	pair_wait(pair, pair->sides[0].packets_sent > 0 && pair->in_flight == 0);
	side_call(&pair->sides[1], run_connect, NULL);
	pair_wait(pair,
		  pair->sides[0].state == SCTP_CONNECTED && pair->sides[1].state == SCTP_CONNECTED);
	pair_destroy(pair);
}

static void run_connect_twice(struct side *side, void *user)
{
	(void)user;
	cr_assert_eq(sctp_connect(side->sctp), -EALREADY);
}

Test(sctp, connects_once)
{
	struct pair *pair = pair_create(1);

	side_call(&pair->sides[0], run_connect, NULL);
	side_call(&pair->sides[0], run_connect_twice, NULL);
	pair_destroy(pair);
}

Test(sctp, destroyed_before_it_connects_leaves_nothing)
{
	pair_destroy(pair_create(2));
}

Test(sctp, destroyed_while_it_connects_leaves_nothing)
{
	struct pair *pair = pair_create(2);

	side_call(&pair->sides[0], run_connect, NULL);
	pair_destroy(pair);
}

Test(sctp, destroyed_with_data_under_way_leaves_nothing)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	side_send_pattern(&pair->sides[0], reliable, 8 << 20, 1);
	side_send_pattern(&pair->sides[1], reliable, 8 << 20, 1);
	pair_wait(pair, pair->sides[0].packets_sent > 200);
	pair_destroy(pair);
}

Test(sctp, the_other_side_is_told_of_an_end)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	side_send_pattern(&pair->sides[0], reliable, 1000, 1);
	side_call(&pair->sides[0], run_destroy, NULL);
	pair_wait(pair, pair->sides[1].state == SCTP_CLOSED);
	cr_assert_eq(pair->sides[1].states_told, 2);
	pair_destroy(pair);
}

static void run_closed(struct side *side, void *user)
{
	struct sctp_message message = reliable;
	size_t taken = 0;

	(void)user;
	message.data = (const uint8_t *)"x";
	message.size = 1;
	cr_assert_eq(sctp_state(side->sctp), SCTP_CLOSED);
	cr_assert_eq(sctp_send(side->sctp, &message, 0, &taken), -ENOTCONN);
	cr_assert_eq(sctp_reset_stream(side->sctp, 1), -ENOTCONN);
	sctp_pause(side->sctp, true);
	sctp_pause(side->sctp, false);
	sctp_input(side->sctp, (const uint8_t *)"0123456789abcdef", 16);
}

Test(sctp, after_its_end_only_refuses)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	side_call(&pair->sides[0], run_destroy, NULL);
	pair_wait(pair, pair->sides[1].state == SCTP_CLOSED);
	side_call(&pair->sides[1], run_closed, NULL);
	cr_assert_eq(pair->sides[1].states_told, 2);
	pair_destroy(pair);
}

static struct pair *create_impatient(void)
{
	struct sctp_config config = pair_config;

	config.attempts_max = 2;
	return pair_create_with(2, config);
}

Test(sctp, a_peer_that_never_answers_is_gone)
{
	struct pair *pair = create_impatient();

	pair->cut = true;
	side_call(&pair->sides[0], run_connect, NULL);
	pair_wait(pair, pair->sides[0].state == SCTP_CLOSED);
	pair_destroy(pair);
}

/* Its timer may run on the other one's executor. */
Test(sctp, a_peer_that_vanishes_is_gone)
{
	struct pair *pair = create_impatient();

	pair_connect(pair);
	pair->cut = true;
	side_send_pattern(&pair->sides[0], reliable, 1000, 1);
	side_send_pattern(&pair->sides[1], reliable, 1000, 1);
	pair_wait(pair, pair->sides[0].state == SCTP_CLOSED && pair->sides[1].state == SCTP_CLOSED);
	cr_assert_eq(pair->sides[0].got_count + pair->sides[1].got_count, 0);
	pair_destroy(pair);
}

static void run_spoilt(struct side *side, void *user)
{
	uint8_t packet[SCTP_PACKET_MAX + 100] = {0};

	(void)user;
	for (size_t size = 0; size <= sizeof(packet); size++) {
		for (size_t i = 0; i < size; i++)
			packet[i] = (uint8_t)rand_r(&side->pair->seed);
		sctp_input(side->sctp, packet, size);
	}
}

/* The checksum is right: usrsctp itself must cope. */
static void run_hostile(struct side *side, void *user)
{
	uint8_t packet[200];

	(void)user;
	for (unsigned round = 0; round < 20000; round++) {
		size_t size = 12 + (size_t)rand_r(&side->pair->seed) % (sizeof(packet) - 12);
		uint32_t crc;

		for (size_t i = 0; i < size; i++)
			packet[i] = (uint8_t)rand_r(&side->pair->seed);
		memcpy(packet, (uint16_t[]){htons(5000), htons(5000)}, 4);
		memset(packet + 8, 0, 4);
		crc = crc32c(0, packet, size);
		memcpy(packet + 8, &crc, sizeof(crc));
		sctp_input(side->sctp, packet, size);
	}
}

Test(sctp, packets_of_noise_change_nothing)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	side_call(&pair->sides[0], run_spoilt, NULL);
	side_call(&pair->sides[0], run_hostile, NULL);
	side_send_pattern(&pair->sides[1], reliable, 3000, 1);
	pair_wait(pair, pair->sides[0].got_count == 1);
	cr_assert(pattern_is_whole(&pair->sides[0].got[0], 3000, 1));
	cr_assert_eq(pair->sides[0].states_told, 1);
	pair_destroy(pair);
}

static void destroy_here(struct side *side)
{
	run_destroy(side, NULL);
}

Test(sctp, can_be_destroyed_when_told_that_it_is_up)
{
	struct pair *pair = pair_create(2);

	pair->sides[0].on_state = destroy_here;
	side_call(&pair->sides[0], run_connect, NULL);
	side_call(&pair->sides[1], run_connect, NULL);
	pair_wait(pair, pair->sides[1].state == SCTP_CLOSED);
	cr_assert_eq(pair->sides[0].states_told, 1);
	pair_destroy(pair);
}

Test(sctp, can_be_destroyed_when_told_of_a_message)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	pair->sides[1].on_receive = destroy_here;
	for (unsigned i = 0; i < 5; i++)
		side_send_pattern(&pair->sides[0], reliable, 1000, i);
	pair_wait(pair, pair->sides[0].state == SCTP_CLOSED);
	cr_assert_eq(pair->sides[1].got_count, 1);
	pair_destroy(pair);
}

Test(sctp, can_be_destroyed_when_told_of_the_end)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	pair->sides[1].on_state = destroy_here;
	side_call(&pair->sides[0], run_destroy, NULL);
	pair_wait(pair, pair->sides[1].state == SCTP_CLOSED);
	pair_destroy(pair);
}

Test(sctp, the_library_starts_again_after_its_cleanup)
{
	for (unsigned i = 0; i < 3; i++) {
		struct pair *pair = pair_create(2);

		pair_connect(pair);
		side_send_pattern(&pair->sides[0], reliable, 3000, i);
		pair_wait(pair, pair->sides[1].got_count == 1);
		pair_destroy(pair);
	}
}

Test(sctp, usrsctp_stays_while_one_association_is_left)
{
	struct pair *first = pair_create(2), *second = pair_create(2);

	pair_connect(first);
	pair_end(first);
	second->descriptors = first->descriptors;
	pair_free(first);
	pair_connect(second);
	pair_destroy(second);
}
