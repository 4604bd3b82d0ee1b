/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of one message whose packet is lost, or comes spoilt. */
#include "pair.inc.c"

enum { SIZE = 100 };

static void set_cut(struct pair *pair, bool cut)
{
	pthread_mutex_lock(&pair->lock);
	pair->cut = cut;
	pthread_mutex_unlock(&pair->lock);
}

static void run_lose_first(struct side *side, void *user)
{
	struct outgoing **both = user;

	set_cut(side->pair, true);
	run_queue(side, both[0]);
	set_cut(side->pair, false);
	run_queue(side, both[1]);
}

/* The packet of message number 1 is lost, that of number 2 is not. Both are on one stream, and no
 * timer runs in between. */
static struct pair *lose_first(struct sctp_message first, struct sctp_message second)
{
	struct pair *pair = pair_create(1);
	struct outgoing *both[] = {outgoing_create(first, SIZE, 1),
				   outgoing_create(second, SIZE, 2)};

	pair_connect(pair);
	pair_wait(pair, pair->in_flight == 0);
	side_call(&pair->sides[0], run_lose_first, both);
	return pair;
}

/* The numbers of the messages that came, in order, up to the second one. */
static void expect_got(struct pair *pair, const unsigned *numbers, size_t count)
{
	const struct side *receiver = &pair->sides[1];

	pair_wait(pair, receiver->got_count >= count);
	cr_expect_eq(receiver->got_count, count);
	for (size_t i = 0; i < count; i++)
		cr_expect(pattern_is_whole(&receiver->got[i], SIZE, numbers[i]),
			  "message %u is not number %zu", numbers[i], i);
	pair_destroy(pair);
}

Test(delivery, an_ordered_message_waits_for_the_one_before)
{
	expect_got(lose_first(reliable, reliable), (const unsigned[]){1, 2}, 2);
}

Test(delivery, an_unordered_message_does_not_wait)
{
	struct sctp_message unordered = reliable;

	unordered.unordered = true;
	expect_got(lose_first(unordered, unordered), (const unsigned[]){2, 1}, 2);
}

/* Ordered: who waits for the second knows that the first does not come. */
Test(delivery, a_message_without_retransmissions_is_given_up_when_it_is_lost)
{
	struct sctp_message once = reliable;

	once.max_retransmits = 0;
	expect_got(lose_first(once, reliable), (const unsigned[]){2}, 1);
}

Test(delivery, a_message_with_a_retransmission_is_sent_again)
{
	struct sctp_message twice = reliable;

	twice.max_retransmits = 1;
	expect_got(lose_first(twice, reliable), (const unsigned[]){1, 2}, 2);
}

/* A lost packet is sent again after 200 ms or more, where no later one tells of the loss. */
Test(delivery, a_message_whose_lifetime_is_over_is_given_up)
{
	struct sctp_message brief = reliable;

	brief.max_lifetime_ms = 1;
	expect_got(lose_first(brief, reliable), (const unsigned[]){2}, 1);
}

Test(delivery, a_message_whose_lifetime_is_not_over_is_sent_again)
{
	struct sctp_message lasting = reliable;

	lasting.max_lifetime_ms = 60000;
	expect_got(lose_first(lasting, reliable), (const unsigned[]){1, 2}, 2);
}

Test(delivery, a_spoilt_packet_is_not_believed)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	pthread_mutex_lock(&pair->lock);
	pair->spoils = true;
	pthread_mutex_unlock(&pair->lock);
	side_send_pattern(&pair->sides[0], reliable, SIZE, 1);
	side_send_pattern(&pair->sides[0], reliable, SIZE, 2);
	expect_got(pair, (const unsigned[]){1, 2}, 2);
}
