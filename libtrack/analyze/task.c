/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks: pending, and who can wake them. */
#include <track/track.h>

#include "image.h"
#include "kind.h"
#include "reference.h"

static int on_spawn(struct image *image, const struct collect_event *event)
{
	struct thing *task;
	int error = thing_begin(image, event, &task);

	if (error == 0)
		task->woken = true;
	return error;
}

/* What wakes it while it is polled has it polled again. */
static int on_poll(struct image *image, const struct collect_event *event)
{
	struct thing *task = thing_known_alive(image, event);

	if (task != NULL && (event->arg & TRACK_RETURNED) == 0)
		task->woken = false;
	return 0;
}

static int on_wake(struct image *image, const struct collect_event *event)
{
	struct thing *task = thing_known_alive(image, event);

	if (task != NULL)
		task->woken = true;
	return 0;
}

static int on_done(struct image *image, const struct collect_event *event)
{
	struct thing *task = thing_known_alive(image, event);

	return task != NULL ? thing_end(task, event, LIFE_FINISHED) : 0;
}

static void describe(const struct thing *task, struct trace_annotation *annotation)
{
	annotation->refs = (int64_t)reference_wakers(task);
	annotation->woken = task->woken;
}

const struct kind kind_task = {
	.on = {[TRACK_OP_CREATE] = on_spawn,
	       [TRACK_OP_POLL] = on_poll,
	       [TRACK_OP_WAKE] = on_wake,
	       [TRACK_OP_RETAIN] = thing_retain,
	       [TRACK_OP_RELEASE] = thing_release,
	       [TRACK_OP_DONE] = on_done,
	       THING_OPS},
	.describe = describe,
	.is_act = true,
};
