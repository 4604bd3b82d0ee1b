/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

struct call {
	const struct scene *scene;
	struct pair pair;
	pthread_barrier_t both_run; /* both callbacks, and who hangs up */
};

static struct call *call_of(const struct pair_end *end)
{
	return (struct call *)((char *)end->pair - offsetof(struct call, pair));
}

/* Both callbacks have had enough, and end the other connection. This one destroys it, which resets
 * its callbacks and so waits for that below. */
static void on_channel_destroy(struct dc_connection *connection, struct dc_channel *channel,
			       void *user)
{
	struct pair_end *end = user;

	(void)connection;
	dc_channel_destroy(channel);
	pthread_barrier_wait(&call_of(end)->both_run);
	pair_destroy_end(end->other);
}

/* A close takes care of the callbacks; to reset them before by hand waits for that above. */
static void on_channel_close(struct dc_connection *connection, struct dc_channel *channel,
			     void *user)
{
	struct pair_end *end = user;
	struct dc_connection *other = end->other->connection;

	(void)connection;
	dc_channel_destroy(channel);
	pthread_barrier_wait(&call_of(end)->both_run);
	if (scene_is_buggy(call_of(end)->scene))
		dc_connection_reset_callbacks(other);
	dc_connection_close(other, NULL, NULL);
}

/* Each end opens one more channel, which the other is told of. */
static int hang_up(struct call *call)
{
	struct pair_end *first = &call->pair.offerer, *second = &call->pair.answerer;
	struct dc_channel *channels[2] = {NULL};
	int error;

	dc_connection_on_channel(first->connection, on_channel_close, first);
	dc_connection_on_channel(second->connection, on_channel_destroy, second);
	error = dc_channel_open(first->connection, NULL, &channels[0]);
	if (!error)
		error = dc_channel_open(second->connection, NULL, &channels[1]);
	if (!error)
		pthread_barrier_wait(&call->both_run);
	pair_destroy_end(second);
	dc_channel_destroy(channels[0]);
	dc_channel_destroy(channels[1]);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct call call = {.scene = scene};
	int error = pair_start(&call.pair, NULL);

	(void)number;
	pthread_barrier_init(&call.both_run, NULL, 3);
	if (!error)
		error = hang_up(&call);
	pair_finish(&call.pair);
	pthread_barrier_destroy(&call.both_run);
	return error;
}

const struct play play_manual_reset_before_close = {.session = session};
