/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

static void on_closed(struct dc_signalling *signalling, void *user)
{
	struct call_end *end = user;

	(void)signalling;
	pair_tell(&end->call->pair, &end->is_closed);
}

static int open_end(struct call_end *end, struct pair_end *pair_end, int *fd)
{
	struct dc_signalling_options options = {
		.offers = pair_end == &end->call->pair.offerer,
		.on_closed = on_closed,
		.user = end,
	};
	int error = dc_signalling_open(*fd, pair_end->connection, &options, &end->signalling);

	if (!error)
		*fd = -1;
	return error;
}

static int open_both(struct call *call, const struct pair_options *options, const char *held)
{
	int error = pair_open(&call->pair, options);
	int relay_error = relay_start(&call->relay, held);

	return error ? error : relay_error;
}

int call_start(struct call *call, const char *held)
{
	struct pair_options options = pair_defaults;
	struct pair *pair = &call->pair;
	int error;

	options.offerer.trickle = options.answerer.trickle = true;
	call->offerer = call->answerer = (struct call_end){.call = call};
	error = open_both(call, &options, held);
	if (!error)
		error = open_end(&call->answerer, &pair->answerer, &call->relay.nears[1]);
	if (!error)
		error = open_end(&call->offerer, &pair->offerer, &call->relay.nears[0]);
	if (!error)
		error = pair_await(pair, &pair->is_open);
	if (!error)
		error = pair_await(pair, &pair->has_channel);
	return error ? error : pair_greet(pair);
}

void call_await_closed(struct call_end *end)
{
	pair_await_end(&end->call->pair, &end->is_closed);
}

static void close_end(struct call_end *end)
{
	if (!end->signalling)
		return;
	dc_signalling_close(end->signalling);
	call_await_closed(end);
}

static void finish_end(struct pair_end *pair_end, struct call_end *end)
{
	pair_close_end(pair_end);
	pair_destroy_end(pair_end);
	dc_signalling_destroy(end->signalling);
}

void call_finish(struct call *call)
{
	close_end(&call->offerer);
	close_end(&call->answerer);
	finish_end(&call->pair.offerer, &call->offerer);
	finish_end(&call->pair.answerer, &call->answerer);
	pair_finish(&call->pair);
	relay_finish(&call->relay);
}
