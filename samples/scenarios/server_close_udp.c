/* SPDX-License-Identifier: Apache-2.0 */
#include "server_call.h"

/* It is not the stream: the same order goes wrong with a socket that has no connections. */
static int session(struct scene *scene, unsigned long number)
{
	(void)number;
	return server_call_play(scene, OVER_UDP, 0);
}

const struct play play_server_close_udp = {.session = session};
