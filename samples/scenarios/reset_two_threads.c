/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

struct call {
	const struct scene *scene;
	struct pair pair;
	pthread_barrier_t both_run; /* both callbacks, and who hangs up */
};

/* Each hangs up for the other too. A close is only asked for; a reset waits for the other's
 * callback, which is this one. */
static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct pair_end *end = user;
	struct call *call = (struct call *)((char *)end->pair - offsetof(struct call, pair));

	(void)channel, (void)kind, (void)data, (void)size;
	pthread_barrier_wait(&call->both_run);
	if (scene_is_buggy(call->scene))
		dc_channel_on_message(end->other->channel, NULL, NULL);
	else
		dc_channel_close(end->other->channel);
}

static int hang_up(struct call *call)
{
	struct dc_channel *first = call->pair.offerer.channel,
			  *second = call->pair.answerer.channel;
	int error;

	dc_channel_on_message(first, on_message, &call->pair.offerer);
	dc_channel_on_message(second, on_message, &call->pair.answerer);
	error = dc_channel_send(first, DC_TEXT, "bye", 3);
	if (!error)
		error = dc_channel_send(second, DC_TEXT, "bye", 3);
	if (error)
		return error;
	pthread_barrier_wait(&call->both_run);
	dc_channel_on_message(first, NULL, NULL);
	dc_channel_on_message(second, NULL, NULL);
	return 0;
}

static int session(struct scene *scene, unsigned long number)
{
	struct call call = {.scene = scene};
	int error = pair_start(&call.pair, NULL);

	(void)number;
	pthread_barrier_init(&call.both_run, NULL, 3);
	if (!error)
		error = hang_up(&call);
	pair_finish(&call.pair);
	pthread_barrier_destroy(&call.both_run);
	return error;
}

const struct play play_reset_two_threads = {.session = session};
