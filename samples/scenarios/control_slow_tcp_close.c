/* SPDX-License-Identifier: Apache-2.0 */
#include "server_call.h"

#include <time.h>

enum { LINGER_MS = 5000, SLOW_MS = 300 };

/* Sees the server's end, and takes his time. */
static void disconnect_slowly(int fd)
{
	struct timespec left = {.tv_nsec = SLOW_MS * 1000000L};

	server_await_end(fd);
	while (nanosleep(&left, &left))
		;
	server_disconnect(fd);
}

static int session(struct scene *scene, unsigned long number)
{
	struct dc_server *server;
	struct pair pair;
	int fd, error = server_open(LINGER_MS, &server);

	(void)scene, (void)number;
	if (error)
		return error;
	error = server_pair_start(server, OVER_TCP, &pair);
	if (!error)
		error = server_connect(server, &fd);
	server_close(server);
	if (!error)
		disconnect_slowly(fd);
	pair_finish(&pair);
	dc_server_destroy(server);
	return error;
}

const struct play play_control_slow_tcp_close = {.session = session};
