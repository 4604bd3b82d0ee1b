/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct call {
	struct pair pair;
	struct gate is_asked, is_settled;
	atomic_bool is_closed;
};

static void on_closed(struct dc_connection *connection, void *user)
{
	struct call *call = user;

	(void)connection;
	atomic_store(&call->is_closed, true);
}

/* The other end has closed. So do we, and let go of everything once we are told. */
static void on_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	struct call *call = user;

	if (state != DC_CLOSED)
		return;
	dc_connection_close(connection, on_closed, call);
	gate_open(&call->is_asked);
}

static void on_settled(struct dc_channel *channel, void *user)
{
	(void)channel;
	gate_open(user);
}

/* A channel that is closed is told so after what its connection has to tell at this moment. */
static bool be_closed(struct scene *scene, struct call *call)
{
	struct pair_end *end = &call->pair.offerer;

	dc_connection_on_state(end->connection, on_state, call);
	scene_strike(scene);
	pair_close_end(end->other);
	gate_await(&call->is_asked);
	dc_channel_on_closed(end->channel, on_settled, &call->is_settled);
	gate_await(&call->is_settled);
	scene_calm(scene);
	pair_destroy_end(end->other);
	if (atomic_load(&call->is_closed))
		return true;
	effect_count_missed();
	return false;
}

static int session(struct scene *scene, unsigned long number)
{
	struct call *call = calloc(1, sizeof(*call));
	bool is_closed = true;
	int error;

	(void)number;
	if (!call)
		return -ENOMEM;
	gate_init(&call->is_asked);
	gate_init(&call->is_settled);
	error = pair_start(&call->pair, NULL);
	if (!error)
		is_closed = be_closed(scene, call);
	/* Who is not told that it is closed goes on waiting, with all that he has. */
	if (!is_closed)
		return 0;
	pair_finish(&call->pair);
	gate_finish(&call->is_settled);
	gate_finish(&call->is_asked);
	free(call);
	return error;
}

const struct play play_close_from_callback = {.session = session};
