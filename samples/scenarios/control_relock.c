/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

/* Each runs under the lock of the slot that it changes. */

static void on_second(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		      void *user)
{
	(void)kind, (void)data, (void)size;
	dc_channel_on_message(channel, NULL, NULL);
	gate_open(user);
}

static void on_first(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		     void *user)
{
	(void)kind, (void)data, (void)size;
	dc_channel_on_message(channel, on_second, user);
}

static int session(struct scene *scene, unsigned long number)
{
	struct gate is_told;
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)scene, (void)number;
	gate_init(&is_told);
	if (!error) {
		dc_channel_on_message(pair.answerer.channel, on_first, &is_told);
		error = dc_channel_send(pair.offerer.channel, DC_TEXT, "one", 3);
	}
	if (!error)
		error = dc_channel_send(pair.offerer.channel, DC_TEXT, "two", 3);
	if (!error)
		gate_await(&is_told);
	pair_finish(&pair);
	gate_finish(&is_told);
	return error;
}

const struct play play_control_relock = {.session = session};
