/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server as its connections see it. They are its listeners from the start of their transport to
 * its end, which comes before that of its sockets.
 */
#ifndef PEER_SERVER_H
#define PEER_SERVER_H

#include <dcstack/server.h>

struct carrier;
struct executor;

/* Any thread. A connection holds its server ("connection"). NULL: nothing. */
void server_retain(struct dc_server *server);
void server_release(struct dc_server *server);
struct executor *server_executor(const struct dc_server *server);
bool server_is_closing(const struct dc_server *server);

/* On the executor. */

/* For its agent; NULL once the server is closed. */
struct carrier *const *server_carriers(const struct dc_server *server);
/* Its agent gets what is for it. -ENOTCONN on a server that is closing; as mux_add. */
int server_listen(struct dc_server *server, struct dc_connection *connection);
/* It has had its last word, and its agent is to be destroyed. */
void server_forget(struct dc_server *server, struct dc_connection *connection);

#endif
