/* SPDX-License-Identifier: Apache-2.0 */
#include "queued.h"

#include <run/callback.h>
#include <stdlib.h>

struct queued {
	struct callback callback;
};

struct queued *queued_create(dc_queued_fn fn, void *user)
{
	struct queued *queued = malloc(sizeof(*queued));

	if (!queued)
		return NULL;
	callback_init(&queued->callback, CALLBACK_ONE_SHOT);
	callback_set(&queued->callback, (callback_fn)fn, user);
	return queued;
}

void queued_tell(struct queued *queued, int error)
{
	if (!queued)
		return;
	callback_fire(&queued->callback, dc_queued_fn, error);
	callback_finish(&queued->callback);
	free(queued);
}
