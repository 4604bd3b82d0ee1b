/* SPDX-License-Identifier: Apache-2.0 */
#include "hall.inc.c"

#include <semaphore.h>

static const uint16_t one = 1, two = 2, both[] = {1, 2}, others[] = {7, 8};

Test(consumer, a_message_is_told_queued_and_arrives)
{
	const struct dc_parcel hello = text("hello");

	hall_open();
	cr_assert_eq(dc_producer_create(NULL, &producer), 0);
	cr_assert_eq(dc_consumer_create(
			     producer, &(struct dc_consumer_options){.channel = take_channel(DOWN)},
			     &consumer),
		     0);
	cr_expect_eq(ask(&hello), 0);
	AWAIT(ends[DOWN].messages == 1);
	cr_expect_str_eq(ends[DOWN].sample, "hello");
	cr_expect_eq(ends[DOWN].kind, DC_TEXT);
	cr_expect_eq(ends[UP].messages, 0);
	hall_close();
}

Test(consumer, more_than_the_peer_accepts_is_refused)
{
	static char data[262145];
	struct dc_parcel parcel = {.kind = DC_BINARY, .data = data, .size = sizeof(data)};

	hall_open();
	cr_assert_eq(dc_producer_create(NULL, &producer), 0);
	cr_assert_eq(dc_consumer_create(
			     producer, &(struct dc_consumer_options){.channel = take_channel(DOWN)},
			     &consumer),
		     0);
	cr_expect_eq(ask(&parcel), -EMSGSIZE);
	parcel.size--;
	cr_expect_eq(ask(&parcel), 0);
	AWAIT(ends[DOWN].messages == 1);
	cr_expect_eq(ends[DOWN].size, parcel.size);
	hall_close();
}

/* Slow: takes the first when it may, and the rest then. */
static void take_when_allowed(struct dc_channel *channel, enum dc_kind kind, const void *data,
			      size_t size, void *user)
{
	(void)channel, (void)kind, (void)data, (void)size;
	sem_wait(user);
	sem_post(user);
	note(&messages);
}

static unsigned refused;

static void told_fate(int error, void *user)
{
	if (error == -ENOBUFS)
		note(&refused);
	told_queued(error, user);
}

/* What is stalled is found to move again by the next look at it. */
static int ask_until_taken(const struct dc_parcel *parcel)
{
	const struct timespec deadline = deadline_in_ms(AWAIT_MS);
	int error;

	while ((error = ask(parcel)) == -ENOBUFS && !deadline_is_past(&deadline))
		rest_ms(LOOK_MS);
	return error;
}

/* More than all that is on the way can hold. Which of them are refused is a matter of time: some
 * of those before may leave meanwhile. */
Test(consumer, what_the_peer_does_not_take_piles_up_to_a_bound)
{
	static char data[1 << 18];
	const struct dc_parcel parcel = {.kind = DC_BINARY, .data = data, .size = sizeof(data)};
	enum { MANY = 64 };
	sem_t allowed;

	sem_init(&allowed, 0, 0);
	hall_open();
	dc_channel_on_message(channels[DOWN], take_when_allowed, &allowed);
	cr_assert_eq(dc_producer_create(NULL, &producer), 0);
	cr_assert_eq(dc_consumer_create(
			     producer, &(struct dc_consumer_options){.channel = take_channel(DOWN)},
			     &consumer),
		     0);
	for (unsigned i = 0; i < MANY; i++)
		cr_expect_eq(dc_consumer_send(consumer, &parcel, told_fate, NULL), 0);
	AWAIT(answers == MANY);
	cr_expect_gt(refused, 0);
	cr_expect_eq(queued + refused, MANY);
	cr_expect_gt(queued, 16);
	sem_post(&allowed);
	AWAIT(messages == queued);
	cr_expect_eq(ask_until_taken(&parcel), 0);
	AWAIT(messages == queued);
	hall_close();
	sem_destroy(&allowed);
}

Test(consumer, its_channel_has_to_be_open_and_connected)
{
	const struct dc_parcel hello = text("hello");
	struct dc_channel *channel;

	hall_open();
	cr_assert_eq(dc_producer_create(NULL, &producer), 0);
	cr_assert_eq(dc_channel_open(peers.answerer.connection, NULL, &channel), 0);
	dc_channel_close(channel);
	cr_assert_eq(dc_consumer_create(producer, &(struct dc_consumer_options){.channel = channel},
					&consumer),
		     0);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	dc_consumer_destroy(consumer);

	cr_assert_eq(dc_consumer_create(
			     producer, &(struct dc_consumer_options){.channel = take_channel(DOWN)},
			     &consumer),
		     0);
	cr_expect_eq(ask(&hello), 0);
	dc_connection_close(peers.answerer.connection, NULL, NULL);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	hall_close();
}

Test(consumer, a_direct_one_gives_its_messages_to_the_program)
{
	const struct dc_parcel hello = text("hello");

	studio_open(NULL);
	cr_expect_eq(ask(&hello), 0);
	cr_expect_eq(messages, 1);
	cr_expect_str_eq(sample, "hello");
	dc_consumer_on_message(consumer, NULL, NULL);
	cr_expect_eq(ask(&hello), 0);
	cr_expect_eq(messages, 1);
	studio_close();
}

Test(consumer, a_paused_one_is_not_active)
{
	const struct dc_parcel hello = text("hello");

	studio_open(&(struct dc_consumer_options){.paused = true});
	cr_expect_eq(ask(&hello), -ENOTCONN);
	dc_consumer_pause(consumer, false);
	cr_expect_eq(ask(&hello), 0);
	dc_consumer_pause(consumer, true);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	studio_close();
	cr_expect_eq(messages, 1);
}

Test(consumer, one_of_a_paused_producer_is_not_active)
{
	const struct dc_parcel hello = text("hello");

	studio_open(NULL);
	dc_producer_pause(producer, true);
	dc_producer_pause(producer, true);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	dc_consumer_destroy(consumer);
	cr_assert_eq(dc_consumer_create(producer, NULL, &consumer), 0);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	dc_producer_pause(producer, false);
	cr_expect_eq(ask(&hello), 0);
	studio_close();
}

Test(consumer, one_of_a_closed_producer_is_not_active)
{
	const struct dc_parcel hello = text("hello");

	studio_open(NULL);
	dc_producer_destroy(producer);
	producer = NULL;
	AWAIT(closings == 1);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	studio_close();
	cr_expect_eq(messages, 0);
}

Test(consumer, a_required_subchannel_has_to_be_subscribed)
{
	struct dc_parcel parcel = text("hello");

	studio_open(&(struct dc_consumer_options){.subchannels = &one, .subchannel_count = 1});
	parcel.required_subchannel = &two;
	cr_expect_eq(ask(&parcel), -EACCES);
	parcel.required_subchannel = &one;
	cr_expect_eq(ask(&parcel), 0);
	studio_close();
	cr_expect_eq(messages, 1);
}

Test(consumer, one_of_the_listed_subchannels_is_enough)
{
	struct dc_parcel parcel = text("hello");

	studio_open(&(struct dc_consumer_options){.subchannels = &two, .subchannel_count = 1});
	parcel.subchannels = others;
	parcel.subchannel_count = 2;
	cr_expect_eq(ask(&parcel), -ENOENT);
	parcel.subchannels = both;
	cr_expect_eq(ask(&parcel), 0);
	parcel.required_subchannel = &one;
	cr_expect_eq(ask(&parcel), -EACCES);
	studio_close();
	cr_expect_eq(messages, 1);
}

Test(consumer, a_subscription_replaces_the_one_before)
{
	struct dc_parcel parcel = text("hello");

	studio_open(&(struct dc_consumer_options){.subchannels = &one, .subchannel_count = 1});
	parcel.subchannels = &one;
	parcel.subchannel_count = 1;
	cr_expect_eq(ask(&parcel), 0);
	cr_expect_eq(dc_consumer_subscribe(consumer, others, 2), 0);
	cr_expect_eq(ask(&parcel), -ENOENT);
	parcel.subchannels = &others[1];
	cr_expect_eq(ask(&parcel), 0);
	cr_expect_eq(dc_consumer_subscribe(consumer, NULL, 0), 0);
	cr_expect_eq(ask(&parcel), -ENOENT);
	parcel.subchannel_count = 0;
	cr_expect_eq(ask(&parcel), 0);
	studio_close();
}

Test(consumer, what_is_no_message_is_refused_at_once)
{
	struct dc_parcel parcel = text("hello");

	studio_open(NULL);
	parcel.kind = (enum dc_kind)2;
	cr_expect_eq(dc_consumer_send(consumer, &parcel, told_queued, NULL), -EINVAL);
	cr_expect_eq(dc_producer_send(producer, &parcel), -EINVAL);
	parcel = text("");
	cr_expect_eq(ask(&parcel), 0);
	studio_close();
	cr_expect_eq(answers, 1);
	cr_expect_eq(messages, 1);
}

Test(consumer, what_was_given_before_the_end_is_told_of)
{
	const struct dc_parcel hello = text("hello");
	enum { MANY = 100 };

	studio_open(NULL);
	for (unsigned i = 0; i < MANY; i++)
		cr_expect_eq(dc_consumer_send(consumer, &hello, i % 2 ? told_queued : NULL, NULL),
			     0);
	studio_close();
	cr_expect_eq(answers, MANY / 2);
}

Test(consumer, its_close_cannot_be_missed)
{
	const struct dc_parcel hello = text("hello");

	studio_open(NULL);
	dc_consumer_on_closed(consumer, NULL, NULL);
	dc_producer_destroy(producer);
	producer = NULL;
	cr_expect_eq(ask(&hello), -ENOTCONN);
	dc_consumer_on_closed(consumer, told_over, NULL);
	AWAIT(closings == 1);
	studio_close();
	cr_expect_eq(closings, 1);
}

Test(consumer, one_that_is_destroyed_is_told_nothing)
{
	studio_open(NULL);
	dc_consumer_destroy(consumer);
	consumer = NULL;
	studio_close();
	cr_expect_eq(closings, 0);
}

static void destroy_itself(struct dc_consumer *of, enum dc_kind kind, const void *data, size_t size,
			   void *user)
{
	told_parcel(of, kind, data, size, user);
	dc_consumer_destroy(of);
	dc_producer_destroy(producer);
	consumer = NULL;
	producer = NULL;
}

Test(consumer, all_may_be_destroyed_within_a_callback)
{
	const struct dc_parcel hello = text("hello");

	studio_open(NULL);
	dc_consumer_on_message(consumer, destroy_itself, NULL);
	cr_expect_eq(ask(&hello), 0);
	studio_close();
	cr_expect_eq(messages, 1);
}
