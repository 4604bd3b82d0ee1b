/* SPDX-License-Identifier: Apache-2.0 */
#include "server_call.h"

enum { LINGER_MS = 5000 };

/* The server shuts its side of the stream down, and waits for the peer's before it closes the
 * descriptor: while the transport has its last word that is still open, and the stream is gone. */
static int session(struct scene *scene, unsigned long number)
{
	(void)number;
	return server_call_play(scene, OVER_TCP, LINGER_MS);
}

const struct play play_tcp_object_outlives_fd = {.session = session};
