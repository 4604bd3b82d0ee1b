/* SPDX-License-Identifier: Apache-2.0 */
#include "server_call.h"

/* A browser that is to use TCP alone opens two streams, and closes one of them. */
static int session(struct scene *scene, unsigned long number)
{
	(void)number;
	return server_call_play(scene, OVER_TCP, 0);
}

const struct play play_server_close_tcp = {.session = session};
