/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "udp.h"

#include <errno.h>
#include <run/object.h>
#include <stdlib.h>
#include <unistd.h>

/* A program's client: its connection's callback for the description keeps it. */
struct client {
	struct object object;
	struct dc_connection *connection;
	struct pair *pair; /* who is told of its end */
	bool is_closed;
};

static void client_free(struct object *object)
{
	struct client *client = (struct client *)object;

	dc_connection_destroy(client->connection);
	free(client);
}

static const struct object_class client_class = {.name = "client", .destroy = client_free};

static int client_create(struct pair *pair, const struct dc_config *config,
			 struct client **ret_client)
{
	struct client *client = calloc(1, sizeof(*client));
	int error = client ? object_init(&client->object, &client_class, "program") : -ENOMEM;

	if (error) {
		free(client);
		return error;
	}
	client->pair = pair;
	error = dc_connection_create(config, &client->connection);
	if (error) {
		object_release(&client->object, "program");
		return error;
	}
	*ret_client = client;
	return 0;
}

static void on_offer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct client *client = user;

	(void)connection, (void)sdp, (void)error;
	object_release(&client->object, "callback");
}

static void on_closed(struct dc_connection *connection, void *user)
{
	struct client *client = user;

	(void)connection;
	pair_tell(client->pair, &client->is_closed);
}

/* The offer waits for a server that does not answer; the program hears that nobody wants it. */
static int negotiate(const struct scene *scene, struct pair *pair, int server)
{
	struct dc_config config = pair_defaults.offerer;
	char name[UDP_TEXT_SIZE];
	struct client *client;
	int error;

	udp_format(server, name);
	config.stun_server = name;
	error = client_create(pair, &config, &client);

	if (error)
		return error;
	object_retain_by(&client->object, "callback", track_object(client->connection));
	track_own(track_object(client), track_scope(client->connection));
	error = dc_connection_offer(client->connection, on_offer, client);
	if (error)
		object_release(&client->object, "callback");
	scene_strike(scene);
	dc_connection_close(client->connection, on_closed, client);
	pair_await_end(pair, &client->is_closed);
	scene_calm(scene);
	object_release(&client->object, "program");
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int server, error = udp_open(&server);

	(void)number;
	if (error)
		return error;
	error = pair_start(&pair, NULL);
	if (!error)
		error = negotiate(scene, &pair, server);
	pair_finish(&pair);
	close(server);
	return error;
}

const struct play play_close_while_negotiating = {.session = session};
