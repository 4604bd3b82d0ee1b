/* SPDX-License-Identifier: Apache-2.0 */
#include "await.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct call {
	struct pair pair;
	sem_t closed;
	atomic_bool is_closed;
};

static void on_closed(struct dc_channel *channel, void *user)
{
	struct call *call = user;

	(void)channel;
	atomic_store(&call->is_closed, true);
	sem_post(&call->closed);
}

/* The connection goes without waiting for its close. Its channel tells of that. */
static int drop_end(struct scene *scene, struct call *call)
{
	struct pair_end *end = &call->pair.offerer;

	dc_channel_on_closed(end->channel, on_closed, call);
	scene_strike(scene);
	dc_connection_destroy(end->connection);
	end->connection = NULL;
	scene_calm(scene);
	return await_unless_missed(scene, &call->closed);
}

static int session(struct scene *scene, unsigned long number)
{
	struct call *call = calloc(1, sizeof(*call));
	int error;

	(void)number;
	if (!call)
		return -ENOMEM;
	sem_init(&call->closed, 0, 0);
	error = pair_start(&call->pair, NULL);
	if (!error)
		error = drop_end(scene, call);
	pair_close_end(&call->pair.answerer);
	/* Who is not told that it is closed goes on waiting, with all that he has. */
	if (!error && !atomic_load(&call->is_closed))
		return 0;
	pair_finish(&call->pair);
	sem_destroy(&call->closed);
	free(call);
	return error;
}

const struct play play_async_close_not_awaited = {.session = session};
