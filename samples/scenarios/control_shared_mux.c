/* SPDX-License-Identifier: Apache-2.0 */
#include "server_call.h"

/* The first ends, and the second talks on through the same socket. */
static int share(struct dc_server *server, enum server_path path)
{
	struct pair first, second;
	int error = server_pair_start(server, path, &first), second_error;

	second_error = server_pair_start(server, path, &second);
	if (!error)
		error = second_error;
	pair_finish(&first);
	if (!error)
		error = pair_greet(&second);
	pair_finish(&second);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct dc_server *server;
	int error = server_open(0, &server);

	(void)scene;
	if (error)
		return error;
	error = share(server, number % 2 ? OVER_TCP : OVER_UDP);
	server_close(server);
	dc_server_destroy(server);
	return error;
}

const struct play play_control_shared_mux = {.session = session};
