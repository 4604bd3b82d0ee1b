/* SPDX-License-Identifier: Apache-2.0 */
#include "closer.h"

#include "inside.h"
#include <errno.h>
#include <stdlib.h>

struct closer {
	struct dc_signalling *signalling; /* retained (holder "closing") */
	struct closer *next;		  /* of those that wait */
	struct waker waker;
};

static enum task_state poll(struct task *task, void *state)
{
	struct closer *closer = state;
	struct dc_signalling *signalling = closer->signalling;

	signalling_part(signalling);
	if (signalling->is_over) {
		signalling_shut(signalling);
		return TASK_DONE;
	}
	waker_set(&closer->waker, task);
	closer->next = signalling->closers;
	signalling->closers = closer;
	return TASK_PENDING;
}

static void drop(void *state)
{
	struct closer *closer = state;
	struct dc_signalling *signalling = closer->signalling;

	waker_drop(&closer->waker);
	free(closer);
	object_release(&signalling->object, "closing");
}

static const struct task_class closer_task = {
	.name = "signalling close", .poll = poll, .drop = drop};

int closer_start(struct dc_signalling *signalling)
{
	struct closer *closer = calloc(1, sizeof(*closer));
	int error;

	if (!closer)
		return -ENOMEM;
	closer->signalling = signalling;
	object_retain(&signalling->object, "closing");
	error = task_spawn(signalling->executor, &closer_task, closer, NULL);
	if (!error)
		return 0;
	free(closer);
	object_release(&signalling->object, "closing");
	return error;
}

void closer_wake_all(struct closer **closers)
{
	struct closer *closer = *closers;

	*closers = NULL;
	for (; closer; closer = closer->next)
		waker_wake(&closer->waker);
}
