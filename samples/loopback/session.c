/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <dcstack/dcstack.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUFFERED_HIGH = 1 << 20, BUFFERED_LOW = BUFFERED_HIGH / 4, MESSAGE_MAX_USUAL = 262144 };

struct peer {
	struct session *session;
	struct peer *other;
	struct dc_connection *connection;
	struct dc_channel *channel;
	bool closed;
};

struct session {
	const struct options *options;
	struct peer offerer, answerer;
	pthread_mutex_t lock; /* of all that callbacks tell */
	pthread_cond_t changed;
	bool open, low, acknowledged;
	int error;	    /* why it cannot go on */
	uint64_t announced; /* messages of the offerer: known once he has sent the last */
	uint64_t received;  /* on the answerer's strand only */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* What callbacks tell. */

static void tell(struct session *session, bool *what)
{
	pthread_mutex_lock(&session->lock);
	*what = true;
	pthread_cond_signal(&session->changed);
	pthread_mutex_unlock(&session->lock);
}

static void fail(struct session *session, int error)
{
	pthread_mutex_lock(&session->lock);
	if (!session->error)
		session->error = error;
	pthread_cond_signal(&session->changed);
	pthread_mutex_unlock(&session->lock);
}

static int await(struct session *session, const bool *what)
{
	int error;

	pthread_mutex_lock(&session->lock);
	while (!*what && !session->error)
		pthread_cond_wait(&session->changed, &session->lock);
	error = session->error;
	pthread_mutex_unlock(&session->lock);
	return error;
}

static void on_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	struct peer *peer = user;

	(void)connection;
	if (state == DC_FAILED)
		fail(peer->session, -EHOSTUNREACH);
	if (state == DC_CLOSED)
		fail(peer->session, -ECONNRESET);
}

static void on_closed(struct dc_connection *connection, void *user)
{
	struct peer *peer = user;

	(void)connection;
	tell(peer->session, &peer->closed);
}

static void on_candidate(struct dc_connection *connection, const char *candidate, void *user)
{
	struct peer *peer = user;

	(void)connection;
	dc_connection_add_candidate(peer->other->connection, candidate);
}

static void on_answer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct peer *peer = user;

	(void)connection;
	if (!error)
		error = dc_connection_set_remote(peer->other->connection, sdp, NULL, 0);
	if (error)
		fail(peer->session, error);
}

static void on_offer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct peer *peer = user, *other = peer->other;

	(void)connection;
	if (!error)
		error = dc_connection_set_remote(other->connection, sdp, NULL, 0);
	if (!error)
		error = dc_connection_answer(other->connection, on_answer, other);
	if (error)
		fail(peer->session, error);
}

static void on_open(struct dc_channel *channel, void *user)
{
	struct peer *peer = user;

	(void)channel;
	tell(peer->session, &peer->session->open);
}

/* With its connection, whose end is told next and says more; or alone, for want of memory. */
static void on_channel_closed(struct dc_channel *channel, void *user)
{
	struct peer *peer = user;

	(void)channel;
	if (dc_connection_state(peer->connection) < DC_FAILED)
		fail(peer->session, -EPIPE);
}

static void on_low(struct dc_channel *channel, void *user)
{
	struct peer *peer = user;

	(void)channel;
	tell(peer->session, &peer->session->low);
}

static void on_acknowledged(struct dc_channel *channel, enum dc_kind kind, const void *data,
			    size_t size, void *user)
{
	struct peer *peer = user;

	(void)channel;
	(void)kind;
	(void)data;
	(void)size;
	tell(peer->session, &peer->session->acknowledged);
}

/* A text says how many messages there are in all: it may overtake some where they are unordered. */
static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct session *session = ((struct peer *)user)->session;
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

static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	struct peer *peer = user;

	(void)connection;
	peer->channel = channel;
	dc_channel_on_message(channel, on_message, peer);
}

/* The steps of a session. */

static int open_peer(struct session *session, struct peer *peer, struct peer *other)
{
	const struct options *options = session->options;
	struct dc_config config = {
		.bind_address = options->bind,
		.no_udp = options->tcp,
		.no_tcp = !options->tcp,
		.trickle = options->trickle,
		.max_message_size = options->size > MESSAGE_MAX_USUAL ? options->size : 0,
	};
	int error;

	peer->session = session;
	peer->other = other;
	error = dc_connection_create(&config, &peer->connection);
	if (error)
		return error;
	dc_connection_on_state(peer->connection, on_state, peer);
	dc_connection_on_channel(peer->connection, on_channel, peer);
	dc_connection_on_candidate(peer->connection, on_candidate, peer);
	return 0;
}

static int open_channel(struct session *session)
{
	struct dc_channel_options options = {.label = "loopback",
					     .unordered = session->options->unordered};
	struct peer *offerer = &session->offerer;
	int error = dc_channel_open(offerer->connection, &options, &offerer->channel);

	if (error)
		return error;
	dc_channel_on_open(offerer->channel, on_open, offerer);
	dc_channel_on_closed(offerer->channel, on_channel_closed, offerer);
	dc_channel_on_low(offerer->channel, BUFFERED_LOW, on_low, offerer);
	dc_channel_on_message(offerer->channel, on_acknowledged, offerer);
	return 0;
}

static int connect_peers(struct session *session)
{
	int error = open_peer(session, &session->offerer, &session->answerer);

	if (!error)
		error = open_peer(session, &session->answerer, &session->offerer);
	if (!error)
		error = open_channel(session);
	if (!error)
		error = dc_connection_offer(session->offerer.connection, on_offer,
					    &session->offerer);
	return error ? error : await(session, &session->open);
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
	struct dc_channel *channel = session->offerer.channel;

	if (dc_channel_buffered(channel) < BUFFERED_HIGH)
		return 0;
	pthread_mutex_lock(&session->lock);
	session->low = false;
	pthread_mutex_unlock(&session->lock);
	if (dc_channel_buffered(channel) <= BUFFERED_LOW)
		return 0;
	return await(session, &session->low);
}

static int send_messages(struct session *session, const uint8_t *data, uint64_t began_ns,
			 uint64_t *ret_sent)
{
	const struct options *options = session->options;
	struct dc_channel *channel = session->offerer.channel;
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
		error = await(session, &session->acknowledged);
	if (error)
		return error;
	*ret_result = (struct result){.messages = sent,
				      .bytes = sent * session->options->size,
				      .time_ns = now_ns() - began_ns};
	return 0;
}

/* Whether it failed or not: the sockets are closed then. */
static void close_peer(struct peer *peer)
{
	struct session *session = peer->session;

	if (!peer->connection)
		return;
	dc_connection_close(peer->connection, on_closed, peer);
	pthread_mutex_lock(&session->lock);
	while (!peer->closed)
		pthread_cond_wait(&session->changed, &session->lock);
	pthread_mutex_unlock(&session->lock);
}

int session_run(const struct options *options, struct result *ret_result, const char **ret_step)
{
	struct session session = {.options = options, .announced = UINT64_MAX};
	const char *step = "connect";
	int error;

	pthread_mutex_init(&session.lock, NULL);
	pthread_cond_init(&session.changed, NULL);
	error = connect_peers(&session);
	if (!error) {
		step = "talk";
		error = talk(&session, ret_result);
	}
	close_peer(&session.offerer);
	close_peer(&session.answerer);
	dc_connection_destroy(session.offerer.connection);
	dc_connection_destroy(session.answerer.connection);
	dc_channel_destroy(session.offerer.channel);
	dc_channel_destroy(session.answerer.channel);
	pthread_cond_destroy(&session.changed);
	pthread_mutex_destroy(&session.lock);
	if (error)
		*ret_step = step;
	return error;
}
