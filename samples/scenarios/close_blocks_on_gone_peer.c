/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <string.h>

enum { MESSAGE_BYTES = 32 * 1024, BUFFERED_MAX = 256 * 1024 };

/* Sent to a peer that has stopped to read, and whose stack answers for it. */
struct call {
	struct pair pair;
	struct dc_channel *channel; /* under the lock, as every use of the connection */
	struct dc_channel *unread;  /* its other end */
	pthread_mutex_t lock;
	pthread_t sender;
	bool has_unread, is_sending, has_room; /* under the pair's lock */
};

static void on_unread(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	struct call *call = user;

	(void)connection;
	call->unread = channel;
	pair_tell(&call->pair, &call->has_unread);
}

static void on_low(struct dc_channel *channel, void *user)
{
	struct call *call = user;

	(void)channel;
	pair_tell(&call->pair, &call->has_room);
}

static int send_one(struct call *call)
{
	static const char message[MESSAGE_BYTES];
	int error;

	pthread_mutex_lock(&call->pair.lock);
	call->has_room = false;
	pthread_mutex_unlock(&call->pair.lock);
	error = dc_channel_send(call->channel, DC_BINARY, message, sizeof(message));
	if (error || dc_channel_buffered(call->channel) <= BUFFERED_MAX)
		return error;
	return pair_await(&call->pair, &call->has_room);
}

/* As long as the call goes on. It waits for room with the lock in its hands. */
static void *send_all(void *user)
{
	struct call *call = user;

	pthread_mutex_lock(&call->lock);
	pair_tell(&call->pair, &call->is_sending);
	while (!send_one(call))
		;
	pthread_mutex_unlock(&call->lock);
	return NULL;
}

/* The sender waits until the peer reads, which it does not, or until the connection is closed. */
static void hang_up(const struct scene *scene, struct call *call)
{
	if (!scene_is_buggy(scene))
		dc_connection_close(call->pair.offerer.connection, NULL, NULL);
	pthread_mutex_lock(&call->lock);
	pair_close_end(&call->pair.offerer);
	dc_channel_destroy(call->channel);
	call->channel = NULL;
	pthread_mutex_unlock(&call->lock);
}

static int open_unread(struct call *call)
{
	int error;

	dc_connection_on_channel(call->pair.answerer.connection, on_unread, call);
	error = dc_channel_open(call->pair.offerer.connection, NULL, &call->channel);
	if (error)
		return error;
	dc_channel_on_low(call->channel, BUFFERED_MAX, on_low, call);
	error = pair_await(&call->pair, &call->has_unread);
	return error ? error : -pthread_create(&call->sender, NULL, send_all, call);
}

static int session(struct scene *scene, unsigned long number)
{
	struct call call = {.lock = PTHREAD_MUTEX_INITIALIZER};
	int error = pair_start(&call.pair, NULL);

	(void)number;
	if (!error)
		error = open_unread(&call);
	if (!error) {
		pair_await(&call.pair, &call.is_sending);
		hang_up(scene, &call);
		pthread_join(call.sender, NULL);
	}
	dc_channel_destroy(call.channel);
	pair_finish(&call.pair);
	dc_channel_destroy(call.unread);
	return error;
}

const struct play play_close_blocks_on_gone_peer = {.session = session};
