/* SPDX-License-Identifier: Apache-2.0 */
#include "producer.h"

#include "consumer.h"

#include <errno.h>
#include <run/fault.h>
#include <run/library.h>
#include <stddef.h>
#include <stdlib.h>

#define PRODUCER_OF(job, member)                                                                   \
	((struct dc_producer *)(void *)((char *)(job)-offsetof(struct dc_producer, member)))

enum { AT_ONCE = 64 /* messages; then others of the pool have their turn */ };

struct pause {
	struct job job;
	struct dc_producer *producer; /* retained (holder "pause") */
	bool paused;
};

static void destroy_object(struct object *object)
{
	struct dc_producer *producer = (struct dc_producer *)object;

	strand_finish(&producer->strand);
	buffer_finish(&producer->buffer);
	free(producer);
}

static const struct object_class producer_class = {.name = "producer", .destroy = destroy_object};

void producer_enlist(struct dc_producer *producer, struct dc_consumer *consumer)
{
	consumer->place = producer->last;
	*producer->last = consumer;
	producer->last = &consumer->next;
}

void producer_strike_off(struct dc_producer *producer, struct dc_consumer *consumer)
{
	*consumer->place = consumer->next;
	if (consumer->next)
		consumer->next->place = consumer->place;
	else
		producer->last = consumer->place;
}

/* On the strand. */

static void give(struct dc_producer *producer, const struct parcel *parcel)
{
	struct dc_consumer *next;

	if (producer->is_paused || producer->is_closed)
		return;
	for (struct dc_consumer *consumer = producer->first; consumer; consumer = next) {
		next = consumer->next;
		consumer_send(consumer, parcel, NULL);
	}
}

static void run_hand_over(struct job *job)
{
	struct dc_producer *producer = PRODUCER_OF(job, hand_over);
	const struct parcel *parcel;

	for (unsigned i = 0; i < AT_ONCE && (parcel = buffer_next(&producer->buffer)); i++)
		give(producer, parcel);
	if (!fault_on(FAULT_SESSION_BUFFER_GROWTH))
		buffer_reset(&producer->buffer);
	if (buffer_has_more(&producer->buffer))
		strand_submit(&producer->strand, &producer->hand_over);
	else
		object_release(&producer->object, "buffer");
}

static void close_producer(struct dc_producer *producer)
{
	if (producer->is_closed)
		return;
	producer->is_closed = true;
	dc_channel_destroy(producer->channel);
	producer->channel = NULL;
	listener_list_tell_closed(&producer->listeners);
}

static void run_close(struct job *job)
{
	struct dc_producer *producer = PRODUCER_OF(job, close);

	close_producer(producer);
	object_release(&producer->object, "closing");
}

static void run_destroy(struct job *job)
{
	struct dc_producer *producer = PRODUCER_OF(job, destroy);

	close_producer(producer);
	object_release(&producer->object, "user");
}

static void run_pause(struct job *job)
{
	struct pause *pause = (struct pause *)job;
	struct dc_producer *producer = pause->producer;

	if (producer->is_paused != pause->paused) {
		producer->is_paused = pause->paused;
		listener_list_tell_paused(&producer->listeners, pause->paused);
	}
	free(pause);
	object_release(&producer->object, "pause");
}

/* On any thread. */

static void begin_close(struct dc_producer *producer)
{
	if (atomic_exchange(&producer->closing, true))
		return;
	object_retain(&producer->object, "closing");
	strand_submit(&producer->strand, &producer->close);
}

static int take_in(struct dc_producer *producer, const struct dc_parcel *content)
{
	struct parcel *parcel;
	int error = parcel_create(content, "buffer", &parcel);

	if (error)
		return error;
	if (buffer_put(&producer->buffer, parcel)) {
		object_retain(&producer->object, "buffer");
		strand_submit(&producer->strand, &producer->hand_over);
	}
	return 0;
}

/* A message must not be missing unnoticed from what is reliable. */
static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct dc_producer *producer = user;
	struct dc_parcel content = {.kind = kind, .data = data, .size = size};

	(void)channel;
	if (take_in(producer, &content))
		begin_close(producer);
}

static void on_closed(struct dc_channel *channel, void *user)
{
	(void)channel;
	begin_close(user);
}

int dc_producer_create(struct dc_channel *channel, struct dc_producer **ret_producer)
{
	struct dc_producer *producer = calloc(1, sizeof(*producer));
	int error;

	if (!producer)
		return -ENOMEM;
	error = object_init(&producer->object, &producer_class, "user");
	if (error) {
		free(producer);
		return error;
	}
	strand_init(&producer->strand, library_pool());
	buffer_init(&producer->buffer);
	listener_list_init(&producer->listeners);
	producer->last = &producer->first;
	producer->hand_over.run = run_hand_over;
	producer->close.run = run_close;
	producer->destroy.run = run_destroy;
	producer->is_direct = !channel;
	producer->channel = channel;
	if (channel) {
		dc_channel_on_open(channel, NULL, NULL);
		dc_channel_on_low(channel, 0, NULL, NULL);
		dc_channel_on_message(channel, on_message, producer);
		/* Last: where the channel is closed it is destroyed as soon as this is set. */
		dc_channel_on_closed(channel, on_closed, producer);
	}
	*ret_producer = producer;
	return 0;
}

void dc_producer_destroy(struct dc_producer *producer)
{
	if (!producer)
		return;
	atomic_store(&producer->closing, true);
	strand_submit(&producer->strand, &producer->destroy);
}

int dc_producer_pause(struct dc_producer *producer, bool paused)
{
	struct pause *pause = malloc(sizeof(*pause));

	if (!pause)
		return -ENOMEM;
	*pause = (struct pause){.job.run = run_pause, .producer = producer, .paused = paused};
	object_retain(&producer->object, "pause");
	strand_submit(&producer->strand, &pause->job);
	return 0;
}

int dc_producer_send(struct dc_producer *producer, const struct dc_parcel *parcel)
{
	if (!producer->is_direct)
		return -EINVAL;
	if (atomic_load(&producer->closing))
		return -ENOTCONN;
	return take_in(producer, parcel);
}
