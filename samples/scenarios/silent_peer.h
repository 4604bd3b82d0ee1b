/* SPDX-License-Identifier: Apache-2.0 */
/* A peer that answers the checks of ICE and then says nothing more: a handshake with it begins, and
 * does not end. */
#ifndef SILENT_PEER_H
#define SILENT_PEER_H

#include <dcstack/dcstack.h>

struct silent_peer {
	int fd;
};

int silent_peer_open(struct silent_peer *ret_peer); /* -errno */
void silent_peer_close(struct silent_peer *peer);

/* Offers; returns when connection, which answers, waits for what follows its ClientHello. -errno,
 * -ETIMEDOUT. */
int silent_peer_call(struct silent_peer *peer, struct dc_connection *connection);

#endif
