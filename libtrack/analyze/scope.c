/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes: the calls that threads are inside of, and the close. */
#include <track/track.h>

#include "extent.h"
#include "image.h"

int scope_call(struct image *image, const struct collect_event *event)
{
	struct thing *scope = thing_find(image, event->kind, event->subject);

	if (scope == NULL)
		return 0;
	if ((event->arg & TRACK_RETURNED) == 0)
		return extent_enter(&image->things.extents, event->tid, scope);
	extent_leave(&image->things.extents, event->tid, scope);
	return 0;
}

int scope_close(struct image *image, const struct collect_event *event)
{
	struct thing *scope = thing_find(image, event->kind, event->subject);

	if (scope == NULL)
		return 0;
	if (event->arg & TRACK_RETURNED) {
		if (scope->closed_ns == 0)
			scope->closed_ns = event->time_ns;
		return scope_call(image, event);
	}
	if (scope->close_ns != 0)
		return thing_act(scope, event, "closed-again", NULL);
	scope->close_ns = event->time_ns;
	scope->close_tid = event->tid;
	scope->close_stack = image_stack(image, event->stack);
	life_touch(&scope->life);
	return scope_call(image, event);
}
