/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"
#include "scene.h"

#include <errno.h>
#include <stdlib.h>

/* Its channel is not destroyed yet, and its signalling not closed. */
static void drop_connection(struct pair_end *end)
{
	dc_connection_destroy(end->connection);
	end->connection = NULL;
}

/* The last that the answerer had to say arrives before his goodbye. */
static void hang_up(const struct scene *scene, struct call *call)
{
	if (scene_is_buggy(scene))
		drop_connection(&call->pair.offerer);
	relay_let_go(&call->relay);
	dc_signalling_close(call->answerer.signalling);
	call_await_closed(&call->offerer);
}

static int session(struct scene *scene, unsigned long number)
{
	struct call *call = malloc(sizeof(*call));
	int error;

	(void)number;
	if (!call)
		return -ENOMEM;
	error = call_start(call, "C");
	if (!error)
		hang_up(scene, call);
	call_finish(call);
	free(call);
	return error;
}

const struct play play_destroy_out_of_order = {.session = session};
