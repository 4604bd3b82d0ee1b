/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"
#include "scene.h"

#include <errno.h>
#include <stdlib.h>

static void *close_too(void *user)
{
	dc_signalling_close(user);
	return NULL;
}

/* Each says goodbye and awaits the answer, which is late: then there is one descriptor for both to
 * close. Nobody opens another meanwhile: what is done next goes through the same executor. */
static int close_twice(struct call *call)
{
	pthread_t other;
	int error = pthread_create(&other, NULL, close_too, call->offerer.signalling);

	if (error)
		return -error;
	dc_signalling_close(call->offerer.signalling);
	pthread_join(other, NULL);
	/* The answerer has only one that closes. */
	call_await_closed(&call->answerer);
	relay_let_go(&call->relay);
	call_await_closed(&call->offerer);
	return 0;
}

static int session(struct scene *scene, unsigned long number)
{
	struct call *call = malloc(sizeof(*call));
	int error;

	(void)number;
	if (!call)
		return -ENOMEM;
	error = call_start(call, "G");
	scene_strike(scene);
	if (!error)
		error = close_twice(call);
	scene_calm(scene);
	call_finish(call);
	free(call);
	return error;
}

const struct play play_double_close = {.session = session};
