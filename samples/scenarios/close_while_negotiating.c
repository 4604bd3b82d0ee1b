/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <run/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A program's client: its connection's callback for the description keeps it. */
struct client {
	struct object object;
	struct dc_connection *connection;
	struct pair *pair; /* whose lock and condition it waits with */
	bool is_closed;
};

static void client_free(struct object *object)
{
	struct client *client = (struct client *)object;

	dc_connection_destroy(client->connection);
	free(client);
}

static const struct object_class client_class = {"client", client_free};

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

static void await_closed(struct client *client)
{
	pthread_mutex_lock(&client->pair->lock);
	while (!client->is_closed)
		pthread_cond_wait(&client->pair->changed, &client->pair->lock);
	pthread_mutex_unlock(&client->pair->lock);
}

/* The offer waits for a server that does not answer; the program hears that nobody wants it. */
static int negotiate(const struct scene *scene, struct pair *pair, const struct dc_config *config)
{
	struct client *client;
	int error = client_create(pair, config, &client);

	if (error)
		return error;
	object_retain(&client->object, "callback");
	error = dc_connection_offer(client->connection, on_offer, client);
	if (error)
		object_release(&client->object, "callback");
	scene_strike(scene);
	dc_connection_close(client->connection, on_closed, client);
	await_closed(client);
	scene_calm(scene);
	object_release(&client->object, "program");
	return error;
}

/* A STUN server as deaf as can be. */
static int open_server(char *ret_name, size_t size)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, length) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
		close(fd);
		return -EADDRNOTAVAIL;
	}
	snprintf(ret_name, size, "127.0.0.1:%u", ntohs(address.sin_port));
	return fd;
}

static int session(struct scene *scene, unsigned long number)
{
	struct dc_config config = pair_defaults.offerer;
	char server[32];
	struct pair pair;
	int error = pair_start(&pair, NULL), fd = open_server(server, sizeof(server));

	(void)number;
	config.stun_server = server;
	if (!error)
		error = fd < 0 ? fd : negotiate(scene, &pair, &config);
	pair_finish(&pair);
	if (fd >= 0)
		close(fd);
	return error;
}

const struct play play_close_while_negotiating = {.session = session};
