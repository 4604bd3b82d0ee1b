/* SPDX-License-Identifier: Apache-2.0 */
/* One registration of a function: armed, called, given up. */
#include <track/track.h>
#include <track/wire.h>

#include "call.h"
#include "extent.h"
#include "image.h"
#include "kind.h"

static bool is_unfired(const struct thing *callback)
{
	return (callback->traits & TRACK_ONE_SHOT) != 0 && callback->fires == 0 &&
	       !callback->cancelled;
}

static int on_release(struct image *image, const struct collect_event *event)
{
	struct thing *callback = thing_alive(image, event);
	int error = 0;

	if (callback == NULL)
		return 0;
	if (callback->again > 0) {
		callback->again--;
		return 0;
	}
	if (is_unfired(callback))
		error = life_act(&callback->life, event, "dropped", NULL);
	return error != 0 ? error : thing_end(callback, event, LIFE_RELEASED);
}

/* To set another function ends the registration of the one before. */
static int on_arm(struct image *image, const struct collect_event *event)
{
	struct thing *before = thing_alive(image, event);
	int error;

	/* Function and user data stand for it, and may well be given to several calls at once. */
	if (before != NULL && thing_is_of_pack(before) && (before->traits & TRACK_ONE_SHOT) != 0) {
		before->again++;
		return 0;
	}
	error = on_release(image, event);
	return error != 0 ? error : thing_create(image, event);
}

/* Called when nobody may be called any more. */
static int judge_time(struct thing *callback, const struct collect_event *event)
{
	struct thing *scope = thing_scope(&callback->life);
	bool is_closed = scope != NULL && (scope->traits & TRACK_QUIET) != 0 &&
			 scope->closed_ns != 0 && (callback->traits & TRACK_CLOSE_NOTICE) == 0;

	if (scope == NULL || (scope->alive && !is_closed))
		return 0;
	return life_act(&callback->life, event, "fired-late", &scope->life);
}

static int fire_ended(struct thing *callback, const struct collect_event *event)
{
	if (thing_is_of_pack(callback))
		return 0;
	if (callback->life.ending == LIFE_FIRED)
		return life_act(&callback->life, event, "fired-again", NULL);
	return callback->life.ending == LIFE_RELEASED
		       ? life_act(&callback->life, event, "fired-late", NULL)
		       : 0;
}

static int judge_call(struct thing *callback, const struct collect_event *event)
{
	int error;

	if (!callback->alive)
		return fire_ended(callback, event);
	callback->fires++;
	error = judge_time(callback, event);
	if (error != 0 || (callback->traits & TRACK_ONE_SHOT) == 0)
		return error;
	if (callback->again > 0) {
		callback->again--;
		return 0;
	}
	return thing_end(callback, event, LIFE_FIRED);
}

static int begin_call(struct image *image, struct thing *callback,
		      const struct collect_event *event)
{
	int error;

	image->acts.latest = NULL;
	error = judge_call(callback, event);
	if (error != 0 || (callback->traits & TRACK_ONE_SHOT) != 0)
		return error;
	return call_told(&image->things.calls, event->tid, callback, image->acts.latest);
}

static int on_fire(struct image *image, const struct collect_event *event)
{
	struct thing *callback = thing_known(image, event);
	uint32_t left_out = TRACK_FIRE_LEFT_OUT(event->arg);
	int error;

	if (left_out != 0)
		call_left_out(&image->things.calls, event->tid, event->subject, left_out);
	if (callback == NULL || (event->arg & TRACK_FIRE_ONLY) != 0)
		return 0;
	if (event->arg & TRACK_RETURNED) {
		extent_leave(&image->things.extents, event->tid, event->kind, event->subject);
		return 0;
	}
	error = extent_enter(&image->things.extents, event->tid,
			     &(struct extent_step){.thing = callback});
	if (error != 0 || (event->arg & TRACK_FIRE_AGAIN) != 0)
		return error;
	return begin_call(image, callback, event);
}

static int on_cancel(struct image *image, const struct collect_event *event)
{
	struct thing *callback = thing_alive(image, event);

	if (callback != NULL && callback->again == 0)
		callback->cancelled = true;
	return 0;
}

static void describe(const struct thing *callback, struct trace_annotation *annotation)
{
	annotation->fires = (int64_t)callback->fires;
	annotation->cancelled = callback->cancelled;
}

const struct kind kind_callback = {
	.on = {[TRACK_OP_ARM] = on_arm,
	       [TRACK_OP_FIRE] = on_fire,
	       [TRACK_OP_CANCEL] = on_cancel,
	       [TRACK_OP_DESTROY] = on_release,
	       THING_OPS},
	.describe = describe,
	.is_act = true,
};
