/* SPDX-License-Identifier: Apache-2.0 */
#include "consumer.h"

#include "direct.h"

#include <errno.h>
#include <run/fault.h>
#include <stdlib.h>
#include <string.h>

#define CONSUMER_OF(job, member)                                                                   \
	((struct dc_consumer *)(void *)((char *)(job)-offsetof(struct dc_consumer, member)))

enum { BUFFERED_MAX = 4 << 20 /* that wait for the peer */ };

/* What somebody wants of a consumer, on its way to the strand. */
struct errand {
	struct job job;
	struct dc_consumer *consumer; /* retained (holder "errand") */
	struct parcel *parcel;
	struct queued *queued;
	struct subchannels subchannels;
	bool paused;
};

static void destroy_object(struct object *object)
{
	struct dc_consumer *consumer = (struct dc_consumer *)object;
	struct dc_producer *producer = consumer->producer;

	callback_finish(&consumer->on_message);
	callback_finish(&consumer->on_closed);
	free(consumer->subscribed.list);
	free(consumer);
	object_release(&producer->object, "consumer");
}

static const struct object_class consumer_class = {.name = "consumer", .destroy = destroy_object};

/* On the strand. */

static bool is_active(const struct dc_consumer *consumer)
{
	if (consumer->is_closed || consumer->is_paused || consumer->is_producer_paused)
		return false;
	return consumer->is_direct || dc_channel_is_ready(checker_channel(consumer->checker));
}

static bool is_subscribed(const struct dc_consumer *consumer, uint16_t subchannel)
{
	const struct subchannels *subscribed = &consumer->subscribed;

	for (size_t i = 0; i < subscribed->count; i++) {
		if (subscribed->list[i] == subchannel)
			return true;
	}
	return false;
}

/* A message that lists none is for all. */
static bool is_listed(const struct dc_consumer *consumer, const struct dc_parcel *content)
{
	for (size_t i = 0; i < content->subchannel_count; i++) {
		if (is_subscribed(consumer, content->subchannels[i]))
			return true;
	}
	return !content->subchannel_count;
}

static bool is_too_big(const struct dc_consumer *consumer, size_t size)
{
	return !consumer->is_direct &&
	       size > dc_channel_message_max(checker_channel(consumer->checker));
}

static int send_on_channel(struct checker *checker, const struct dc_parcel *content)
{
	struct dc_channel *channel = checker_channel(checker);
	int error;

	if (checker_is_stalled(checker) || dc_channel_buffered(channel) > BUFFERED_MAX)
		return -ENOBUFS;
	error = dc_channel_send(channel, content->kind, content->data, content->size);
	if (!error)
		checker_note_given(checker, content->size);
	return error;
}

void consumer_send(struct dc_consumer *consumer, const struct parcel *parcel, struct queued *queued)
{
	const struct dc_parcel *content = &parcel->content;
	const uint16_t *required = content->required_subchannel;

	queued_take(queued, track_scope(consumer));
	if (!is_active(consumer)) {
		if (!fault_on(FAULT_CONSUMER_SEND_INACTIVE))
			queued_tell(queued, -ENOTCONN);
		return;
	}
	if (required && !is_subscribed(consumer, *required)) {
		if (!fault_on(FAULT_CONSUMER_SEND_REQUIRED_SUBCHANNEL))
			queued_tell(queued, -EACCES);
		return;
	}
	if (!is_listed(consumer, content)) {
		if (!fault_on(FAULT_CONSUMER_SEND_NO_SUBCHANNEL))
			queued_tell(queued, -ENOENT);
		return;
	}
	if (is_too_big(consumer, content->size)) {
		if (!fault_on(FAULT_CONSUMER_SEND_TOO_BIG))
			queued_tell(queued, -EMSGSIZE);
		return;
	}
	if (consumer->is_direct)
		direct_send(consumer, parcel, queued);
	else
		queued_tell(queued, send_on_channel(consumer->checker, content));
}

static void close_consumer(struct dc_consumer *consumer)
{
	struct dc_producer *producer = consumer->producer;

	if (consumer->is_closed)
		return;
	consumer->is_closed = true;
	producer_strike_off(producer, consumer);
	checker_stop(consumer->checker);
	consumer->checker = NULL;
	if (!fault_on(FAULT_LISTENER_NOT_REMOVED))
		listener_remove(&producer->listeners, consumer->listener);
	consumer->listener = NULL;
}

static void tell_closed(struct dc_consumer *consumer)
{
	atomic_store(&consumer->is_told, true);
	callback_fire(&consumer->on_closed, dc_consumer_fn, consumer);
}

/* The listener is out of the list, and freed by who tells it. */
static void on_producer_closed(void *user)
{
	struct dc_consumer *consumer = user;

	if (consumer->is_closed)
		return;
	consumer->listener = NULL;
	close_consumer(consumer);
	tell_closed(consumer);
}

static void on_producer_paused(bool paused, void *user)
{
	struct dc_consumer *consumer = user;

	consumer->is_producer_paused = paused;
}

static void run_join(struct job *job)
{
	static const struct listener_events events = {.closed = on_producer_closed,
						      .paused = on_producer_paused};
	struct dc_consumer *consumer = CONSUMER_OF(job, join);
	struct dc_producer *producer = consumer->producer;

	consumer->is_producer_paused = producer->is_paused;
	producer_enlist(producer, consumer);
	if (producer->is_closed ||
	    listener_add(&producer->listeners, &consumer->object, track_scope(consumer), &events,
			 consumer, &consumer->listener)) {
		close_consumer(consumer);
		tell_closed(consumer);
	}
	object_release(&consumer->object, "joining");
}

static void run_destroy(struct job *job)
{
	struct dc_consumer *consumer = CONSUMER_OF(job, destroy);

	close_consumer(consumer);
	object_release(&consumer->object, "user");
}

static void run_late(struct job *job)
{
	struct dc_consumer *consumer = CONSUMER_OF(job, late);

	atomic_store(&consumer->late_waits, false);
	callback_fire(&consumer->on_closed, dc_consumer_fn, consumer);
	object_release(&consumer->object, "late");
}

/* Errands. */

static void finish(struct errand *errand)
{
	struct dc_consumer *consumer = errand->consumer;

	parcel_release(errand->parcel, "errand");
	free(errand->subchannels.list);
	free(errand);
	object_release(&consumer->object, "errand");
}

static void run_send(struct job *job)
{
	struct errand *errand = (struct errand *)job;

	consumer_send(errand->consumer, errand->parcel, errand->queued);
	finish(errand);
}

static void run_pause(struct job *job)
{
	struct errand *errand = (struct errand *)job;

	errand->consumer->is_paused = errand->paused;
	finish(errand);
}

static void run_subscribe(struct job *job)
{
	struct errand *errand = (struct errand *)job;
	struct subchannels before = errand->consumer->subscribed;

	errand->consumer->subscribed = errand->subchannels;
	errand->subchannels = before;
	finish(errand);
}

/* The public functions, on any thread. */

static struct errand *create_errand(struct dc_consumer *consumer, void (*run)(struct job *job))
{
	struct errand *errand = calloc(1, sizeof(*errand));

	if (!errand)
		return NULL;
	object_retain(&consumer->object, "errand");
	errand->job.run = run;
	errand->consumer = consumer;
	return errand;
}

static void submit(struct errand *errand)
{
	strand_submit(&errand->consumer->producer->strand, &errand->job);
}

static int copy_subchannels(const uint16_t *list, size_t count, struct subchannels *ret_copy)
{
	uint16_t *copy = count ? calloc(count, sizeof(*copy)) : NULL;

	if (count && !copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, list, count * sizeof(*copy));
	*ret_copy = (struct subchannels){.list = copy, .count = count};
	return 0;
}

/* What can fail. */
static int fill(struct dc_consumer *consumer, const struct dc_consumer_options *options)
{
	int error = copy_subchannels(options->subchannels, options->subchannel_count,
				     &consumer->subscribed);

	if (!error)
		error = object_init(&consumer->object, &consumer_class, "user");
	if (error)
		free(consumer->subscribed.list);
	return error;
}

static void join(struct dc_consumer *consumer, struct dc_producer *producer)
{
	object_retain(&producer->object, "consumer");
	consumer->producer = producer;
	callback_init(&consumer->on_message, "on_message", CALLBACK_PERSISTENT,
		      track_scope(consumer));
	callback_init(&consumer->on_closed, "on_closed", CALLBACK_ONE_SHOT, track_scope(consumer));
	consumer->join.run = run_join;
	consumer->destroy.run = run_destroy;
	consumer->late.run = run_late;
	object_retain(&consumer->object, "joining");
	strand_submit(&producer->strand, &consumer->join);
}

static void tell_birth(struct dc_consumer *consumer)
{
	struct track_subject self = track_scope(consumer);

	track_scope_open(consumer, "consumer", 0);
	track_own(self, track_object(consumer));
	if (consumer->checker)
		checker_own(consumer->checker, self);
}

int dc_consumer_create(struct dc_producer *producer, const struct dc_consumer_options *options,
		       struct dc_consumer **ret_consumer)
{
	static const struct dc_consumer_options defaults;
	struct checker *checker = NULL;
	struct dc_consumer *consumer;
	int error = 0;

	if (!options)
		options = &defaults;
	if (atomic_load(&producer->closing))
		return -ENOTCONN;
	consumer = calloc(1, sizeof(*consumer));
	if (!consumer)
		return -ENOMEM;
	if (options->channel)
		error = checker_create(options->channel, &checker);
	if (!error)
		error = fill(consumer, options);
	if (error) {
		checker_abandon(checker);
		free(consumer);
		return error;
	}
	consumer->checker = checker;
	consumer->is_direct = !checker;
	consumer->is_paused = options->paused;
	tell_birth(consumer);
	if (checker)
		checker_start(checker);
	join(consumer, producer);
	*ret_consumer = consumer;
	return 0;
}

void dc_consumer_destroy(struct dc_consumer *consumer)
{
	if (!consumer)
		return;
	callback_reset(&consumer->on_message);
	callback_reset(&consumer->on_closed);
	track_scope_destroy(consumer);
	strand_submit(&consumer->producer->strand, &consumer->destroy);
}

int dc_consumer_pause(struct dc_consumer *consumer, bool paused)
{
	struct errand *errand = create_errand(consumer, run_pause);

	if (!errand)
		return -ENOMEM;
	errand->paused = paused;
	submit(errand);
	return 0;
}

int dc_consumer_subscribe(struct dc_consumer *consumer, const uint16_t *subchannels, size_t count)
{
	struct subchannels copy;
	int error = copy_subchannels(subchannels, count, &copy);
	struct errand *errand = error ? NULL : create_errand(consumer, run_subscribe);

	if (error)
		return error;
	if (!errand) {
		free(copy.list);
		return -ENOMEM;
	}
	errand->subchannels = copy;
	submit(errand);
	return 0;
}

int dc_consumer_send(struct dc_consumer *consumer, const struct dc_parcel *content, dc_queued_fn fn,
		     void *user)
{
	struct errand *errand = create_errand(consumer, run_send);
	int error;

	if (!errand)
		return -ENOMEM;
	error = parcel_create(content, "errand", &errand->parcel);
	if (!error && fn) {
		errand->queued = queued_create(fn, user);
		error = errand->queued ? 0 : -ENOMEM;
	}
	if (error) {
		finish(errand);
		return error;
	}
	submit(errand);
	return 0;
}

void dc_consumer_on_message(struct dc_consumer *consumer, dc_parcel_fn fn, void *user)
{
	callback_set(&consumer->on_message, (callback_fn)fn, user);
}

void dc_consumer_on_closed(struct dc_consumer *consumer, dc_consumer_fn fn, void *user)
{
	/* fn comes as soon as it is set, if it closes now, and may destroy it. */
	object_retain(&consumer->object, "call");
	callback_set(&consumer->on_closed, (callback_fn)fn, user);
	if (fn && atomic_load(&consumer->is_told) &&
	    !atomic_exchange(&consumer->late_waits, true)) {
		object_retain(&consumer->object, "late");
		strand_submit(&consumer->producer->strand, &consumer->late);
	}
	object_release(&consumer->object, "call");
}
