/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

#include <run/late.h>

/* Of the program: what its callback is given. Freed in name only, to be caught. */
struct owner {
	bool is_freed;
	struct gate is_busy, may_go_on; /* of the answerer's callbacks */
};

static void on_open(struct dc_channel *channel, void *user)
{
	struct owner *owner = user;

	(void)channel;
	if (owner->is_freed)
		late_use("a callback started after its owner was freed");
}

/* Keeps what is told next waiting. */
static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	struct owner *owner = user;

	(void)connection;
	dc_channel_destroy(channel);
	gate_open(&owner->is_busy);
	gate_await(&owner->may_go_on);
}

/* Its channel is open already, so that the owner is told soon. He is destroyed before. */
static int free_owner(struct scene *scene, struct pair *pair, struct owner *owner)
{
	struct dc_channel *another;
	int error;

	dc_connection_on_channel(pair->answerer.connection, on_channel, owner);
	error = dc_channel_open(pair->offerer.connection, NULL, &another);
	if (error)
		return error;
	gate_await(&owner->is_busy);
	dc_channel_on_open(pair->answerer.channel, on_open, owner);
	scene_strike(scene);
	dc_channel_destroy(pair->answerer.channel);
	scene_calm(scene);
	pair->answerer.channel = NULL;
	owner->is_freed = true;
	gate_open(&owner->may_go_on);
	dc_channel_destroy(another);
	return 0;
}

static int session(struct scene *scene, unsigned long number)
{
	struct owner owner = {0};
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	gate_init(&owner.is_busy);
	gate_init(&owner.may_go_on);
	if (!error)
		error = free_owner(scene, &pair, &owner);
	pair_finish(&pair);
	gate_finish(&owner.is_busy);
	gate_finish(&owner.may_go_on);
	return error;
}

const struct play play_callback_after_free = {.session = session};
