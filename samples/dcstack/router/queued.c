/* SPDX-License-Identifier: Apache-2.0 */
#include "queued.h"

#include <run/callback.h>
#include <stdlib.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

struct queued {
	struct callback callback;
	dc_queued_fn fn;
	void *user;
};

struct queued *queued_create(dc_queued_fn fn, void *user)
{
	struct queued *queued = malloc(sizeof(*queued));

	if (!queued)
		return NULL;
	callback_init(&queued->callback, "on_queued", CALLBACK_ONE_SHOT, track_nobody());
	queued->fn = fn;
	queued->user = user;
	return queued;
}

void queued_take(struct queued *queued, struct track_subject owner)
{
	if (!queued)
		return;
	queued->callback.owner = owner;
	callback_set(&queued->callback, (callback_fn)queued->fn, queued->user);
}

void queued_tell(struct queued *queued, int error)
{
	if (!queued)
		return;
	callback_fire(&queued->callback, dc_queued_fn, error);
	callback_finish(&queued->callback);
	free(queued);
}
