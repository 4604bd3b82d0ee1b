/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

#include <errno.h>
#include <stdlib.h>

struct call {
	struct pair pair;
	struct gate is_closed;
};

static void on_closed(struct dc_channel *channel, void *user)
{
	(void)channel;
	gate_open(user);
}

/* The connection goes without waiting for its close, of which its channel is to tell. */
static bool drop_end(struct scene *scene, struct call *call)
{
	struct pair_end *end = &call->pair.offerer;

	dc_channel_on_closed(end->channel, on_closed, &call->is_closed);
	scene_strike(scene);
	dc_connection_destroy(end->connection);
	end->connection = NULL;
	scene_calm(scene);
	return gate_await_unless_missed(&call->is_closed, scene);
}

static int session(struct scene *scene, unsigned long number)
{
	struct call *call = calloc(1, sizeof(*call));
	bool is_closed = true;
	int error;

	(void)number;
	if (!call)
		return -ENOMEM;
	gate_init(&call->is_closed);
	error = pair_start(&call->pair, NULL);
	if (!error)
		is_closed = drop_end(scene, call);
	pair_close_end(&call->pair.answerer);
	pair_destroy_end(&call->pair.answerer);
	/* Who is not told that it is closed goes on waiting, with his channel. */
	if (!is_closed)
		return 0;
	pair_finish(&call->pair);
	gate_finish(&call->is_closed);
	free(call);
	return error;
}

const struct play play_async_close_not_awaited = {.session = session};
