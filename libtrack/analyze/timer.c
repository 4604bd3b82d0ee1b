/* SPDX-License-Identifier: Apache-2.0 */
/* Timers: each time that one is armed is a life. */
#include "image.h"

enum { OWNERS_MAX = 64 }; /* as thing.c tells of, one above the other */

int timer_arm(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_alive(image, event);
	int error = timer != NULL && !thing_is_abandoned(timer) ? timer_cancel(image, event) : 0;

	return error != 0 ? error : thing_create(image, event);
}

/* Its memory, not only its work: what a task waited for may well come when it is done. */
static bool is_gone(const struct thing *owner)
{
	return !owner->alive &&
	       (owner->life.ending == LIFE_DESTROYED || owner->life.ending == LIFE_RELEASED);
}

/* The nearest that is there decides: a task that outlives its scope keeps its timer. NULL: none. */
static struct thing *find_gone(const struct thing *timer)
{
	struct thing *owner = timer->life.owner;

	for (unsigned i = 0; owner != NULL && !owner->alive && i < OWNERS_MAX; i++) {
		if (is_gone(owner))
			return owner;
		owner = owner->life.owner;
	}
	return NULL;
}

/* One that was cancelled before: some loops tell a cancelled timer of its end by the same call. */
int timer_fire(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_alive(image, event), *gone;
	int error = 0;

	if (timer == NULL)
		return 0;
	gone = find_gone(timer);
	if (gone != NULL)
		error = thing_act(timer, event, "fired-over", &gone->life);
	return error != 0 ? error : thing_end(timer, event, LIFE_FIRED);
}

int timer_cancel(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_alive(image, event);

	return timer != NULL ? thing_end(timer, event, LIFE_CANCELLED) : 0;
}
