/* SPDX-License-Identifier: Apache-2.0 */
/* A call through a server: a pair whose offerer is one of the server's connections. */
#ifndef SERVER_CALL_H
#define SERVER_CALL_H

#include "scene.h"

#include <dcstack/server.h>

enum server_path { OVER_UDP, OVER_TCP };

/* On 127.0.0.1. linger_ms as in dc_server_config. */
int server_open(unsigned linger_ms, struct dc_server **ret_server);
/* A pair that has talked, over that path alone. pair_finish must follow, also after an error. */
int server_pair_start(struct dc_server *server, enum server_path path, struct pair *pair);
/* Returns when it is closed. */
void server_close(struct dc_server *server);

/* A TCP stream from a peer to the server, on which he says nothing. */
int server_connect(struct dc_server *server, int *ret_fd);
void server_await_end(int fd); /* the server has shut down its side */
/* Shuts our side down, awaits the server's, and closes it. */
void server_disconnect(int fd);

/* The whole call: a server and a pair on it, which talks; a second stream, if the path is TCP,
 * which the peer closes again, as a browser does; and the server's close while the pair is
 * connected, with the row's fault. */
int server_call_play(const struct scene *scene, enum server_path path, unsigned linger_ms);

#endif
