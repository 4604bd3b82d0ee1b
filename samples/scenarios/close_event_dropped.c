/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

static void on_closed(struct dc_channel *channel, void *user)
{
	(void)channel;
	gate_open(user);
}

static void close_channel(struct scene *scene, struct dc_channel *channel)
{
	struct gate is_closed;

	gate_init(&is_closed);
	dc_channel_on_closed(channel, on_closed, &is_closed);
	scene_strike(scene);
	dc_channel_close(channel);
	scene_calm(scene);
	gate_await_unless_missed(&is_closed, scene);
	dc_channel_on_closed(channel, NULL, NULL);
	gate_finish(&is_closed);
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	if (!error)
		close_channel(scene, pair.offerer.channel);
	pair_finish(&pair);
	return error;
}

const struct play play_close_event_dropped = {.session = session};
