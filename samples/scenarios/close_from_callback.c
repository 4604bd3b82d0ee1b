/* SPDX-License-Identifier: Apache-2.0 */
#include "await.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct call {
	struct pair pair;
	sem_t asked, settled;
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
	sem_post(&call->asked);
}

static void on_settled(struct dc_channel *channel, void *user)
{
	struct call *call = user;

	(void)channel;
	sem_post(&call->settled);
}

/* A channel that is closed is told so after what its connection has to tell at this moment. */
static int be_closed(struct scene *scene, struct call *call)
{
	struct pair_end *end = &call->pair.offerer;
	int error;

	dc_connection_on_state(end->connection, on_state, call);
	scene_strike(scene);
	pair_close_end(end->other);
	error = await(&call->asked);
	if (error)
		return error;
	dc_channel_on_closed(end->channel, on_settled, call);
	error = await(&call->settled);
	scene_calm(scene);
	if (!error && !atomic_load(&call->is_closed))
		scene_missed(scene);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct call *call = calloc(1, sizeof(*call));
	int error;

	(void)number;
	if (!call)
		return -ENOMEM;
	sem_init(&call->asked, 0, 0);
	sem_init(&call->settled, 0, 0);
	error = pair_start(&call->pair, NULL);
	if (!error)
		error = be_closed(scene, call);
	/* Who is not told that it is closed goes on waiting, with all that he has. */
	if (!error && !atomic_load(&call->is_closed))
		return 0;
	pair_finish(&call->pair);
	sem_destroy(&call->settled);
	sem_destroy(&call->asked);
	free(call);
	return error;
}

const struct play play_close_from_callback = {.session = session};
