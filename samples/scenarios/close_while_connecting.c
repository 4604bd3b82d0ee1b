/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"
#include "udp.h"

#include <stdatomic.h>
#include <unistd.h>

struct caller {
	struct dc_connection *connection;
	int server; /* hears STUN, and never answers: candidates are not complete for seconds */
	atomic_bool is_described;
	struct gate is_closed;
};

static void on_offer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct caller *caller = user;

	(void)connection, (void)sdp, (void)error;
	atomic_store(&caller->is_described, true);
}

static void on_closed(struct dc_connection *connection, void *user)
{
	struct caller *caller = user;

	(void)connection;
	gate_open(&caller->is_closed);
}

static int offer(struct caller *caller)
{
	uint8_t request[1500];
	struct address from;
	char server[UDP_TEXT_SIZE];
	struct dc_config config = pair_defaults.offerer;
	int size, error = udp_open(&caller->server);

	if (error)
		return error;
	udp_format(caller->server, server);
	config.stun_server = server;
	error = dc_connection_create(&config, &caller->connection);
	if (!error)
		error = dc_connection_offer(caller->connection, on_offer, caller);
	if (error)
		return error;
	/* What it asks, it asks from a socket that it has. */
	size = udp_receive(caller->server, request, sizeof(request), &from);
	return size < 0 ? size : 0;
}

/* Who waits for the offer is told of the end before who waits for the close. */
static int hang_up(struct scene *scene, struct caller *caller)
{
	int error;

	scene_strike(scene);
	error = dc_connection_close(caller->connection, on_closed, caller);
	if (!error)
		gate_await(&caller->is_closed);
	if (!error && !atomic_load(&caller->is_described))
		effect_count_missed();
	scene_calm(scene);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct caller caller = {.server = -1};
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	pair_finish(&pair);
	gate_init(&caller.is_closed);
	if (!error)
		error = offer(&caller);
	if (!error)
		error = hang_up(scene, &caller);
	dc_connection_destroy(caller.connection);
	gate_finish(&caller.is_closed);
	if (caller.server >= 0)
		close(caller.server);
	return error;
}

const struct play play_close_while_connecting = {.session = session};
