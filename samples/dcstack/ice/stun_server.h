/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a STUN server, as a user writes it. */
#ifndef ICE_STUN_SERVER_H
#define ICE_STUN_SERVER_H

#include <stdint.h>

enum { STUN_SERVER_HOST_MAX = 253 }; /* RFC 1035 section 2.3.4, less a length and the root */

struct stun_server {
	char host[STUN_SERVER_HOST_MAX + 1]; /* a name or an IP */
	uint16_t port;
};

/* "host", "host:port", "[IPv6]" or "[IPv6]:port"; without a port 3478. -EINVAL. Looks nothing up.
 */
int stun_server_parse(const char *text, struct stun_server *ret_server);

#endif
