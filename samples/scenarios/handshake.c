/* SPDX-License-Identifier: Apache-2.0 */
#include "handshake.h"

#include "gate.h"
#include "silent_peer.h"

static void on_closed(struct dc_connection *connection, void *user)
{
	(void)connection;
	gate_open(user);
}

static void close_and_wait(struct dc_connection *connection)
{
	struct gate closed;

	gate_init(&closed);
	dc_connection_close(connection, on_closed, &closed);
	gate_await(&closed);
	/* Resets the callback: it has returned then. */
	dc_connection_destroy(connection);
	gate_finish(&closed);
}

static int call_silent_peer(const struct scene *scene)
{
	const struct dc_config config = pair_defaults.answerer;
	struct dc_connection *connection;
	struct silent_peer peer;
	int error = silent_peer_open(&peer);

	if (error)
		return error;
	error = dc_connection_create(&config, &connection);
	if (!error) {
		error = silent_peer_call(&peer, connection);
		scene_strike(scene);
		close_and_wait(connection);
		scene_calm(scene);
	}
	silent_peer_close(&peer);
	return error;
}

int handshake_session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	if (!error)
		error = call_silent_peer(scene);
	pair_finish(&pair);
	return error;
}
