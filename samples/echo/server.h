/* SPDX-License-Identifier: Apache-2.0 */
/* Signalling over HTTP, and the page. README.md lists the requests. */
#ifndef ECHO_SERVER_H
#define ECHO_SERVER_H

#include "session.h"

#include <stdint.h>

struct server;

/* Listens on address (an IP) and port (0: one that is free) on a thread of its own. -EINVAL: no
 * address. */
int server_create(const char *address, uint16_t port, struct sessions *sessions,
		  struct server **ret_server);
/* After sessions_end, since a request that waits for its reply must have it. NULL: nothing. */
void server_destroy(struct server *server);
uint16_t server_port(const struct server *server);

#endif
