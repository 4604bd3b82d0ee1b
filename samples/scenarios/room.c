/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"

#include <errno.h>
#include <run/library.h>
#include <stdlib.h>
#include <time.h>

enum { PATIENCE_S = 10, EMPTY_OBJECTS = 2 /* producer and recorder */ };

static void tell(struct room *room, bool *what)
{
	pthread_mutex_lock(&room->lock);
	*what = true;
	pthread_cond_broadcast(&room->changed);
	pthread_mutex_unlock(&room->lock);
}

static int await(struct room *room, const bool *what)
{
	struct timespec deadline;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&room->lock);
	while (!*what && !error)
		error = pthread_cond_clockwait(&room->changed, &room->lock, CLOCK_MONOTONIC,
					       &deadline);
	pthread_mutex_unlock(&room->lock);
	return -error;
}

/* Words are texts; what is not said, but marks a place between words, is binary. */
static void on_record(struct dc_consumer *consumer, enum dc_kind kind, const void *data,
		      size_t size, void *user)
{
	struct room *room = user;

	(void)consumer, (void)data, (void)size;
	if (kind == DC_BINARY)
		tell(room, &room->is_settled);
	else if (++room->recorded == room->expected)
		tell(room, &room->has_recorded);
}

static void init(struct room *room)
{
	*room = (struct room){.has_speaker = false};
	pthread_mutex_init(&room->lock, NULL);
	pthread_cond_init(&room->changed, NULL);
}

/* channel NULL: the server is to speak. */
static int furnish(struct room *room, struct dc_channel *channel)
{
	int error = dc_producer_create(channel, &room->producer);

	if (error)
		return error;
	room->speaker.answerer.channel = NULL;
	error = dc_consumer_create(room->producer, NULL, &room->recorder);
	if (error)
		return error;
	dc_consumer_on_message(room->recorder, on_record, room);
	return room_settle(room);
}

int room_open(struct room *room)
{
	int error;

	init(room);
	room->has_speaker = true;
	error = pair_start(&room->speaker, NULL);
	return error ? error : furnish(room, room->speaker.answerer.channel);
}

/* What marked the end of the furnishing is freed only after it was told. */
static void await_rest(void)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	struct library_counts counts;

	for (library_count(&counts); counts.objects > EMPTY_OBJECTS; library_count(&counts))
		nanosleep(&moment, NULL);
}

int room_open_empty(struct room *room)
{
	int error;

	init(room);
	error = furnish(room, NULL);
	if (!error)
		await_rest();
	return error;
}

static int say(struct room *room)
{
	const struct dc_parcel word = {.kind = DC_TEXT, .data = "word", .size = 4};

	if (!room->has_speaker)
		return dc_producer_send(room->producer, &word);
	return dc_channel_send(room->speaker.offerer.channel, word.kind, word.data, word.size);
}

int room_say(struct room *room, unsigned words)
{
	int error = room_settle(room);

	room->has_recorded = false;
	room->expected = room->recorded + words;
	for (unsigned i = 0; i < words && !error; i++)
		error = say(room);
	return error ? error : await(room, &room->has_recorded);
}

int room_settle(struct room *room)
{
	const struct dc_parcel mark = {.kind = DC_BINARY};
	int error;

	room->is_settled = false;
	error = dc_consumer_send(room->recorder, &mark, NULL, NULL);
	return error ? error : await(room, &room->is_settled);
}

void room_close(struct room *room)
{
	dc_consumer_destroy(room->recorder);
	dc_producer_destroy(room->producer);
	if (room->has_speaker)
		pair_finish(&room->speaker);
	pthread_cond_destroy(&room->changed);
	pthread_mutex_destroy(&room->lock);
}

int room_begin(struct scene *scene)
{
	scene->own = malloc(sizeof(struct room));
	return scene->own ? room_open_empty(scene->own) : -ENOMEM;
}

void room_end(struct scene *scene)
{
	if (scene->own)
		room_close(scene->own);
	free(scene->own);
}

static void on_word(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		    void *user)
{
	struct seat *seat = user;

	(void)channel, (void)kind, (void)data, (void)size;
	pair_tell(&seat->pair, &seat->has_heard);
}

static void on_left(struct dc_channel *channel, void *user)
{
	struct seat *seat = user;

	(void)channel;
	pair_tell(&seat->pair, &seat->is_left);
}

int seat_take(struct seat *seat, struct room *room, const uint16_t *subchannels, size_t count)
{
	struct dc_consumer_options options = {.subchannels = subchannels,
					      .subchannel_count = count};
	struct pair *pair = &seat->pair;
	int error;

	*seat = (struct seat){.room = room};
	error = pair_start(pair, NULL);
	if (error)
		return error;
	dc_channel_on_message(pair->offerer.channel, on_word, seat);
	dc_channel_on_closed(pair->offerer.channel, on_left, seat);
	options.channel = pair->answerer.channel;
	error = dc_consumer_create(room->producer, &options, &seat->consumer);
	if (!error)
		pair->answerer.channel = NULL;
	return error ? error : room_settle(room);
}

int seat_await_word(struct seat *seat)
{
	return pair_await(&seat->pair, &seat->has_heard);
}

void seat_leave(struct seat *seat)
{
	dc_consumer_destroy(seat->consumer);
	if (seat->consumer)
		pair_await(&seat->pair, &seat->is_left);
	pair_finish(&seat->pair);
}
