/* SPDX-License-Identifier: Apache-2.0 */
#include "server_call.h"

#include "gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIND "127.0.0.1"

int server_open(unsigned linger_ms, struct dc_server **ret_server)
{
	const struct dc_server_config config = {.bind_address = BIND, .linger_ms = linger_ms};

	return dc_server_create(&config, ret_server);
}

int server_pair_start(struct dc_server *server, enum server_path path, struct pair *pair)
{
	struct pair_options options = pair_defaults;

	options.offerer.server = server;
	options.offerer.no_udp = options.answerer.no_udp = path == OVER_TCP;
	options.offerer.no_tcp = options.answerer.no_tcp = path == OVER_UDP;
	return pair_start(pair, &options);
}

static void on_closed(struct dc_server *server, void *user)
{
	(void)server;
	gate_open(user);
}

void server_close(struct dc_server *server)
{
	struct gate closed;

	gate_init(&closed);
	if (!dc_server_close(server, on_closed, &closed))
		gate_await(&closed);
	gate_finish(&closed);
}

int server_connect(struct dc_server *server, int *ret_fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(dc_server_tcp_port(server)),
				 .sin_addr.s_addr = inet_addr(BIND)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	*ret_fd = fd;
	return 0;
}

void server_await_end(int fd)
{
	char byte;

	while (recv(fd, &byte, sizeof(byte), 0) > 0)
		;
}

void server_disconnect(int fd)
{
	shutdown(fd, SHUT_WR);
	server_await_end(fd);
	close(fd);
}

static int talk(struct dc_server *server, struct pair *pair, enum server_path path)
{
	int fd = -1, error = server_pair_start(server, path, pair);

	if (error || path != OVER_TCP)
		return error;
	error = server_connect(server, &fd);
	if (error)
		return error;
	server_disconnect(fd);
	return pair_greet(pair);
}

int server_call_play(const struct scene *scene, enum server_path path, unsigned linger_ms)
{
	struct dc_server *server;
	struct pair pair;
	int error = server_open(linger_ms, &server);

	if (error)
		return error;
	error = talk(server, &pair, path);
	if (!error) {
		scene_strike(scene);
		server_close(server);
		scene_calm(scene);
	}
	pair_finish(&pair);
	dc_server_destroy(server);
	return error;
}
