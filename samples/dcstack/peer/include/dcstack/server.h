/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server: one UDP and one TCP port, shared by all the connections that are made on it. A
 * connection gets there by dc_config.server; its candidates are then the server's ports, and it
 * lives on the server's executor. In all else it is a connection like others. Two connections of
 * one server cannot be each other's peers, since all come from the same address. A server
 * has 64 TCP streams at most: strangers make room for peers.
 *
 * Threads, callbacks, strings and errors are as in dcstack.h.
 */
#ifndef DCSTACK_SERVER_H
#define DCSTACK_SERVER_H

#include "dcstack.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dc_server_config {
	const char *bind_address; /* one IP of this machine: it is told to the peers */
	uint16_t port;		  /* of both; 0: any two */
	bool no_udp, no_tcp;
	/* A TCP stream that is closed here waits so long for the peer to close it too, so that he
	 * gets all that was sent; its descriptor is open until then. 0: it does not wait. */
	unsigned linger_ms;
};

/* Its ports are bound when this returns. The caller's reference ends with dc_server_destroy.
 * -EINVAL for an address that is none and for neither UDP nor TCP, -EADDRINUSE, -EADDRNOTAVAIL,
 * -ENOMEM, -EAGAIN where a thread cannot be started. */
int dc_server_create(const struct dc_server_config *config, struct dc_server **ret_server);
/* 0: there is none. */
uint16_t dc_server_udp_port(const struct dc_server *server);
uint16_t dc_server_tcp_port(const struct dc_server *server);

/* One-shot: its connections have ended and its sockets are closed, but for streams that linger. */
typedef void (*dc_server_closed_fn)(struct dc_server *server, void *user);
/* Ends its connections, as dc_connection_close does each: their peers are told, and their states
 * are DC_CLOSED. Then frees the sockets. They have to be destroyed all the same, before or after.
 * fn may be NULL. -EALREADY if somebody else waits; on one that is closed fn comes at once. */
int dc_server_close(struct dc_server *server, dc_server_closed_fn fn, void *user);
/* Closes if need be, resets the callback, ends the reference. NULL: nothing. */
void dc_server_destroy(struct dc_server *server);

#ifdef __cplusplus
}
#endif

#endif
