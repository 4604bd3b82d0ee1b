/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks: pending, and who can wake them. */
#include <track/track.h>

#include "image.h"

int task_spawn(struct image *image, const struct collect_event *event)
{
	struct thing *task;
	int error = thing_begin(image, event, &task);

	if (error == 0)
		task->woken = true;
	return error;
}

/* What wakes it while it is polled has it polled again. */
int task_poll(struct image *image, const struct collect_event *event)
{
	struct thing *task = thing_known_alive(image, event);

	if (task != NULL && (event->arg & TRACK_RETURNED) == 0)
		task->woken = false;
	return 0;
}

int task_wake(struct image *image, const struct collect_event *event)
{
	struct thing *task = thing_known_alive(image, event);

	if (task != NULL)
		task->woken = true;
	return 0;
}

int task_done(struct image *image, const struct collect_event *event)
{
	struct thing *task = thing_known_alive(image, event);

	return task != NULL ? thing_end(task, event, LIFE_FINISHED) : 0;
}
