/* SPDX-License-Identifier: Apache-2.0 */
#include "await.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 10 };

struct caller {
	struct dc_connection *connection;
	int server; /* hears STUN, and never answers: candidates are not complete for seconds */
	atomic_bool is_described;
	sem_t closed;
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
	sem_post(&caller->closed);
}

static int open_server(struct caller *caller, struct sockaddr_in *ret_address)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	socklen_t size = sizeof(address);

	caller->server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (caller->server < 0 ||
	    bind(caller->server, (const struct sockaddr *)&address, size) < 0 ||
	    getsockname(caller->server, (struct sockaddr *)ret_address, &size) < 0 ||
	    setsockopt(caller->server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return -errno;
	return 0;
}

static int offer(struct caller *caller)
{
	struct sockaddr_in address;
	char server[32], request[64];
	struct dc_config config = {
		.bind_address = "127.0.0.1", .no_tcp = true, .stun_server = server};
	int error = open_server(caller, &address);

	if (error)
		return error;
	snprintf(server, sizeof(server), "127.0.0.1:%u", ntohs(address.sin_port));
	error = dc_connection_create(&config, &caller->connection);
	if (!error)
		error = dc_connection_offer(caller->connection, on_offer, caller);
	/* What it asks, it asks from a socket that it has. */
	if (!error && recv(caller->server, request, sizeof(request), 0) < 0)
		error = -errno;
	return error;
}

/* Who waits for the offer is told of the end before who waits for the close. */
static int hang_up(struct scene *scene, struct caller *caller)
{
	int error;

	scene_strike(scene);
	error = dc_connection_close(caller->connection, on_closed, caller);
	if (!error)
		error = await(&caller->closed);
	if (!error && !atomic_load(&caller->is_described))
		scene_missed(scene);
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
	sem_init(&caller.closed, 0, 0);
	if (!error)
		error = offer(&caller);
	if (!error)
		error = hang_up(scene, &caller);
	dc_connection_destroy(caller.connection);
	sem_destroy(&caller.closed);
	if (caller.server >= 0)
		close(caller.server);
	return error;
}

const struct play play_close_while_connecting = {.session = session};
