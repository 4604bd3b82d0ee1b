/* SPDX-License-Identifier: Apache-2.0 */
/* Timers: each time that one is armed is a life. */
#include "image.h"

int timer_arm(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_alive(image, event);
	int error = timer != NULL && !thing_is_abandoned(timer) ? timer_cancel(image, event) : 0;

	return error != 0 ? error : thing_create(image, event);
}

int timer_fire(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_alive(image, event);

	return timer != NULL ? thing_end(timer, event, LIFE_FIRED) : 0;
}

int timer_cancel(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_alive(image, event);

	return timer != NULL ? thing_end(timer, event, LIFE_CANCELLED) : 0;
}
