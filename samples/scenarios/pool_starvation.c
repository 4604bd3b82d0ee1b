/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

enum { WORKERS = 2, CLEANUP_MS = 10000 };

struct call {
	const struct scene *scene;
	pthread_barrier_t both_run; /* both callbacks, and who hangs up */
	struct leg {
		struct call *call;
		struct dc_connection *next;
		struct gate is_described;
		int error;
	} legs[WORKERS];
};

static void on_description(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct leg *leg = user;

	(void)connection, (void)sdp;
	leg->error = error;
	gate_open(&leg->is_described);
}

/* A next connection is wanted. Its description comes on a worker; with both waiting here for
 * theirs, none is left. */
static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct leg *leg = user;
	int error;

	(void)channel, (void)kind, (void)data, (void)size;
	pthread_barrier_wait(&leg->call->both_run);
	error = dc_connection_create(&pair_defaults.offerer, &leg->next);
	if (!error)
		error = dc_connection_offer(leg->next, on_description, leg);
	if (error)
		on_description(leg->next, NULL, error, leg);
	if (scene_is_buggy(leg->call->scene))
		gate_await(&leg->is_described);
}

static int move_on(struct call *call, struct pair *pair)
{
	int error;

	dc_channel_on_message(pair->offerer.channel, on_message, &call->legs[0]);
	dc_channel_on_message(pair->answerer.channel, on_message, &call->legs[1]);
	error = dc_channel_send(pair->offerer.channel, DC_TEXT, "next", 4);
	if (!error)
		error = dc_channel_send(pair->answerer.channel, DC_TEXT, "next", 4);
	if (error)
		return error;
	pthread_barrier_wait(&call->both_run);
	pair_destroy_end(&pair->offerer);
	pair_destroy_end(&pair->answerer);
	for (unsigned i = 0; i < WORKERS; i++) {
		gate_await(&call->legs[i].is_described);
		dc_connection_destroy(call->legs[i].next);
	}
	return call->legs[0].error ? call->legs[0].error : call->legs[1].error;
}

static int play(const struct scene *scene)
{
	struct call call = {.scene = scene};
	struct pair pair;
	int error = pair_start(&pair, NULL);

	pthread_barrier_init(&call.both_run, NULL, WORKERS + 1);
	for (unsigned i = 0; i < WORKERS; i++) {
		call.legs[i].call = &call;
		gate_init(&call.legs[i].is_described);
	}
	if (!error)
		error = move_on(&call, &pair);
	pair_finish(&pair);
	for (unsigned i = 0; i < WORKERS; i++)
		gate_finish(&call.legs[i].is_described);
	pthread_barrier_destroy(&call.both_run);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct dc_library_options options = {.workers = WORKERS};
	int error = dc_library_start(&options);

	(void)number;
	if (error)
		return error;
	error = play(scene);
	return error ? error : dc_library_cleanup(CLEANUP_MS);
}

const struct play play_pool_starvation = {.session = session, .has_own_library = true};
