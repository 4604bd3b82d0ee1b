/* SPDX-License-Identifier: Apache-2.0 */
#include "hall.inc.c"

static const uint16_t one = 1, two = 2;

/* From the offerer's first channel to his second. */
static void connect_through(void)
{
	hall_open();
	cr_assert_eq(dc_producer_create(take_channel(UP), &producer), 0);
	cr_assert_eq(dc_consumer_create(
			     producer, &(struct dc_consumer_options){.channel = take_channel(DOWN)},
			     &consumer),
		     0);
	dc_consumer_on_closed(consumer, told_over, NULL);
}

Test(producer, what_comes_on_its_channel_goes_to_the_consumers)
{
	struct dc_consumer *direct;

	connect_through();
	cr_assert_eq(dc_consumer_create(producer, NULL, &direct), 0);
	dc_consumer_on_message(direct, told_parcel, NULL);
	cr_expect_eq(dc_channel_send(channels[UP], DC_TEXT, "hello", 5), 0);
	AWAIT(ends[DOWN].messages == 1 && messages == 1);
	cr_expect_str_eq(ends[DOWN].sample, "hello");
	cr_expect_str_eq(sample, "hello");
	cr_expect_eq(dc_channel_send(channels[UP], DC_BINARY, NULL, 0), 0);
	AWAIT(ends[DOWN].messages == 2 && messages == 2);
	cr_expect_eq(ends[DOWN].kind, DC_BINARY);
	cr_expect_eq(ends[DOWN].size, 0);
	dc_consumer_destroy(direct);
	hall_close();
}

static void told_number(struct dc_consumer *of, enum dc_kind kind, const void *data, size_t size,
			void *user)
{
	unsigned number;

	(void)of, (void)kind, (void)user;
	cr_assert_eq(size, sizeof(number));
	memcpy(&number, data, size);
	cr_expect_eq(number, messages);
	note(&messages);
}

Test(producer, many_messages_come_in_order)
{
	enum { MANY = 1000 };

	studio_open(NULL);
	dc_consumer_on_message(consumer, told_number, NULL);
	for (unsigned i = 0; i < MANY; i++) {
		const struct dc_parcel parcel = {.data = &i, .size = sizeof(i)};

		cr_expect_eq(dc_producer_send(producer, &parcel), 0);
	}
	AWAIT(messages == MANY);
	studio_close();
}

Test(producer, subchannels_choose_who_gets_it)
{
	struct dc_parcel parcel = text("for two");
	struct dc_consumer *second;

	studio_open(&(struct dc_consumer_options){.subchannels = &one, .subchannel_count = 1});
	cr_assert_eq(dc_consumer_create(producer,
					&(struct dc_consumer_options){.subchannels = &two,
								      .subchannel_count = 1},
					&second),
		     0);
	dc_consumer_on_message(second, told_parcel, NULL);
	parcel.subchannels = &two;
	parcel.subchannel_count = 1;
	cr_expect_eq(dc_producer_send(producer, &parcel), 0);
	AWAIT(messages == 1);
	parcel.subchannel_count = 0;
	cr_expect_eq(dc_producer_send(producer, &parcel), 0);
	AWAIT(messages == 3);
	parcel.required_subchannel = &one;
	cr_expect_eq(dc_producer_send(producer, &parcel), 0);
	AWAIT(messages == 4);
	dc_consumer_destroy(second);
	studio_close();
	cr_expect_eq(messages, 4);
}

Test(producer, a_paused_one_drops_what_comes)
{
	const struct dc_parcel hello = text("hello"), again = text("again");

	studio_open(NULL);
	dc_producer_pause(producer, true);
	dc_producer_send(producer, &hello);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	dc_producer_pause(producer, false);
	dc_producer_send(producer, &again);
	AWAIT(messages == 1);
	cr_expect_str_eq(sample, "again");
	studio_close();
}

Test(producer, one_with_a_channel_takes_nothing_of_the_program)
{
	const struct dc_parcel hello = text("hello");

	connect_through();
	cr_expect_eq(dc_producer_send(producer, &hello), -EINVAL);
	hall_close();
}

Test(producer, the_close_of_its_channel_closes_its_consumers)
{
	const struct dc_parcel hello = text("hello");
	struct dc_consumer *late;

	connect_through();
	dc_channel_close(channels[UP]);
	AWAIT(closings == 1);
	cr_expect_eq(ask(&hello), -ENOTCONN);
	cr_expect_eq(dc_consumer_create(producer, NULL, &late), -ENOTCONN);
	AWAIT(ends[DOWN].closed == 1);
	hall_close();
}

Test(producer, what_is_destroyed_leaves_no_channel)
{
	connect_through();
	dc_consumer_destroy(consumer);
	consumer = NULL;
	AWAIT(ends[DOWN].closed == 1);
	dc_producer_destroy(producer);
	producer = NULL;
	AWAIT(ends[UP].closed == 1);
	cr_expect_eq(closings, 0);
	hall_close();
}

enum { STEPS = 4 };

static void destroy_one(unsigned which)
{
	switch (which) {
	case 0:
		dc_consumer_destroy(consumer);
		consumer = NULL;
		break;
	case 1:
		dc_producer_destroy(producer);
		producer = NULL;
		break;
	case 2:
		dc_connection_destroy(peers.answerer.connection);
		peers.answerer.connection = NULL;
		break;
	case 3:
		dc_connection_destroy(peers.offerer.connection);
		peers.offerer.connection = NULL;
		break;
	}
}

static void reset(void)
{
	memset(&peers, 0, sizeof(peers));
	memset(ends, 0, sizeof(ends));
}

Test(producer, the_end_may_come_in_any_order)
{
	for (unsigned order = 0; order < 24; order++) {
		unsigned left[STEPS] = {0, 1, 2, 3}, code = order;

		connect_through();
		dc_channel_send(channels[UP], DC_TEXT, "hello", 5);
		for (unsigned count = STEPS; count; count--) {
			unsigned at = code % count;

			code /= count;
			destroy_one(left[at]);
			left[at] = left[count - 1];
		}
		hall_close();
		reset();
	}
}

enum { THREADS = 4, ROUNDS = 200 };

static void *ask_and_pause(void *user)
{
	const struct dc_parcel hello = text("hello");

	for (unsigned i = 0; i < ROUNDS; i++) {
		dc_consumer_send(consumer, &hello, told_queued, user);
		dc_producer_send(producer, &hello);
		if (i % 16 == 0)
			dc_consumer_pause(consumer, i % 32 == 0);
	}
	return NULL;
}

static void *come_and_go(void *user)
{
	struct dc_consumer *guest;

	(void)user;
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (!dc_consumer_create(producer, NULL, &guest))
			dc_consumer_destroy(guest);
	}
	return NULL;
}

Test(producer, many_threads_may_use_it_at_once)
{
	pthread_t threads[THREADS + 1];
	unsigned told[THREADS] = {0};

	studio_open(NULL);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, ask_and_pause, &told[i]);
	pthread_create(&threads[THREADS], NULL, come_and_go, NULL);
	for (unsigned i = 0; i <= THREADS; i++)
		pthread_join(threads[i], NULL);
	AWAIT(answers == THREADS * ROUNDS);
	for (unsigned i = 0; i < THREADS; i++)
		cr_expect_eq(told[i], ROUNDS);
	studio_close();
}
