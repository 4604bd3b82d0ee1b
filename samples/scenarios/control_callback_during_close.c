/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

struct call {
	struct gate is_told, may_go_on, is_channel_closed, is_closed;
};

static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct call *call = user;

	(void)channel, (void)kind, (void)data, (void)size;
	gate_open(&call->is_told);
	gate_await(&call->may_go_on);
}

static void on_channel_closed(struct dc_channel *channel, void *user)
{
	struct call *call = user;

	(void)channel;
	gate_open(&call->is_channel_closed);
}

static void on_closed(struct dc_connection *connection, void *user)
{
	struct call *call = user;

	(void)connection;
	gate_open(&call->is_closed);
}

/* One callback runs when the connection is closed, and two come while it closes. */
static int hang_up(struct pair *pair, struct call *call)
{
	struct pair_end *end = &pair->answerer;
	int error;

	dc_channel_on_closed(end->channel, on_channel_closed, call);
	dc_channel_on_message(end->channel, on_message, call);
	error = dc_channel_send(pair->offerer.channel, DC_TEXT, "bye", 3);
	if (error)
		return error;
	gate_await(&call->is_told);
	error = dc_connection_close(end->connection, on_closed, call);
	gate_open(&call->may_go_on);
	if (error)
		return error;
	gate_await(&call->is_channel_closed);
	gate_await(&call->is_closed);
	return 0;
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	struct call call;
	int error = pair_start(&pair, NULL);

	(void)scene, (void)number;
	gate_init(&call.is_told);
	gate_init(&call.may_go_on);
	gate_init(&call.is_channel_closed);
	gate_init(&call.is_closed);
	if (!error)
		error = hang_up(&pair, &call);
	pair_finish(&pair);
	gate_finish(&call.is_told);
	gate_finish(&call.may_go_on);
	gate_finish(&call.is_channel_closed);
	gate_finish(&call.is_closed);
	return error;
}

const struct play play_control_callback_during_close = {.session = session};
