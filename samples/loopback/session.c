/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <errno.h>
#include <pair/pair.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUFFERED_HIGH = 1 << 20, BUFFERED_LOW = BUFFERED_HIGH / 4, MESSAGE_MAX_USUAL = 262144 };

struct session {
	const struct options *options;
	struct pair pair;
	bool low, acknowledged; /* under the pair's lock */
	uint64_t announced;	/* messages of the offerer: known once he has sent the last */
	uint64_t received;	/* on the answerer's strand only */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* What callbacks tell. */

/* With its connection, whose end is told next and says more; or alone, for want of memory. */
static void on_channel_closed(struct dc_channel *channel, void *user)
{
	struct session *session = user;

	(void)channel;
	if (dc_connection_state(session->pair.offerer.connection) < DC_FAILED)
		pair_fail(&session->pair, -EPIPE);
}

static void on_low(struct dc_channel *channel, void *user)
{
	struct session *session = user;

	(void)channel;
	pair_tell(&session->pair, &session->low);
}

static void on_acknowledged(struct dc_channel *channel, enum dc_kind kind, const void *data,
			    size_t size, void *user)
{
	struct session *session = user;

	(void)channel, (void)kind, (void)data, (void)size;
	pair_tell(&session->pair, &session->acknowledged);
}

/* A text says how many messages there are in all: it may overtake some where they are unordered. */
static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct session *session = user;
	char text[32] = "";

	if (kind == DC_BINARY) {
		session->received++;
	} else {
		memcpy(text, data, size < sizeof(text) ? size : sizeof(text) - 1);
		session->announced = strtoull(text, NULL, 10);
	}
	if (session->received == session->announced)
		dc_channel_send(channel, DC_TEXT, "all", 3);
}

/* The steps of a session. */

static struct dc_config config_of(const struct options *options)
{
	return (struct dc_config){
		.bind_address = options->bind,
		.no_udp = options->tcp,
		.no_tcp = !options->tcp,
		.trickle = options->trickle,
		.max_message_size = options->size > MESSAGE_MAX_USUAL ? options->size : 0,
	};
}

static int connect_peers(struct session *session)
{
	const struct options *options = session->options;
	struct pair_options two = {
		.offerer = config_of(options),
		.answerer = config_of(options),
		.channel = {.label = "loopback", .unordered = options->unordered},
	};
	struct dc_channel *channel;
	int error = pair_open(&session->pair, &two);

	if (error)
		return error;
	channel = session->pair.offerer.channel;
	dc_channel_on_closed(channel, on_channel_closed, session);
	dc_channel_on_low(channel, BUFFERED_LOW, on_low, session);
	dc_channel_on_message(channel, on_acknowledged, session);
	error = pair_connect(&session->pair);
	if (!error)
		dc_channel_on_message(session->pair.answerer.channel, on_message, session);
	return error;
}

static bool is_enough(const struct options *options, uint64_t sent, uint64_t began_ns)
{
	if (options->seconds)
		return now_ns() - began_ns >= options->seconds * 1000000000;
	return sent == options->messages;
}

/* Waits where the channel has enough to send: it is told when that runs low. */
static int await_room(struct session *session)
{
	struct dc_channel *channel = session->pair.offerer.channel;

	if (dc_channel_buffered(channel) < BUFFERED_HIGH)
		return 0;
	pthread_mutex_lock(&session->pair.lock);
	session->low = false;
	pthread_mutex_unlock(&session->pair.lock);
	if (dc_channel_buffered(channel) <= BUFFERED_LOW)
		return 0;
	return pair_await(&session->pair, &session->low);
}

static int send_messages(struct session *session, const uint8_t *data, uint64_t began_ns,
			 uint64_t *ret_sent)
{
	const struct options *options = session->options;
	struct dc_channel *channel = session->pair.offerer.channel;
	char text[32];
	uint64_t sent = 0;
	int error = 0;

	while (!error && !is_enough(options, sent, began_ns)) {
		error = dc_channel_send(channel, DC_BINARY, data, options->size);
		sent += !error;
		if (!error)
			error = await_room(session);
	}
	if (error)
		return error;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)sent);
	*ret_sent = sent;
	return dc_channel_send(channel, DC_TEXT, text, strlen(text));
}

static int talk(struct session *session, struct result *ret_result)
{
	uint8_t *data = calloc(1, session->options->size + 1);
	uint64_t sent = 0, began_ns = now_ns();
	int error = data ? send_messages(session, data, began_ns, &sent) : -ENOMEM;

	free(data);
	if (!error)
		error = pair_await(&session->pair, &session->acknowledged);
	if (error)
		return error;
	*ret_result = (struct result){.messages = sent,
				      .bytes = sent * session->options->size,
				      .time_ns = now_ns() - began_ns};
	return 0;
}

int session_run(const struct options *options, struct result *ret_result, const char **ret_step)
{
	struct session session = {.options = options, .announced = UINT64_MAX};
	const char *step = "connect";
	int error = connect_peers(&session);

	if (!error) {
		step = "talk";
		error = talk(&session, ret_result);
	}
	pair_finish(&session.pair);
	if (error)
		*ret_step = step;
	return error;
}
