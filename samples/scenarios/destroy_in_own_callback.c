/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

#include <limits.h>

struct call {
	struct pair pair;
	struct gate is_over;
};

/* With one executor, this end lets go of everything before the other is closed: what is left is
 * held by the callback, and ends with it. */
static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct call *call = user;

	(void)channel, (void)kind, (void)data, (void)size;
	pair_destroy_end(&call->pair.answerer);
	pair_close_end(&call->pair.offerer);
	gate_open(&call->is_over);
}

static int play(struct scene *scene)
{
	struct call call;
	int error = pair_start(&call.pair, NULL);

	gate_init(&call.is_over);
	scene_strike(scene);
	if (!error) {
		dc_channel_on_message(call.pair.answerer.channel, on_message, &call);
		error = dc_channel_send(call.pair.offerer.channel, DC_TEXT, "bye", 3);
	}
	if (!error)
		gate_await(&call.is_over);
	pair_finish(&call.pair);
	gate_finish(&call.is_over);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct dc_library_options options = {.executors = 1};
	int error = dc_library_start(&options);

	(void)number;
	if (error)
		return error;
	error = play(scene);
	return error ? error : dc_library_cleanup(UINT_MAX);
}

const struct play play_destroy_in_own_callback = {.session = session, .has_own_library = true};
