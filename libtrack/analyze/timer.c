/* SPDX-License-Identifier: Apache-2.0 */
/* Timers: each time that one is armed is a life. */
#include <string.h>

#include "image.h"

/* Its memory, not only its work: what a task waited for may well come when it is done. */
static bool is_gone(const struct thing *owner)
{
	return !owner->alive &&
	       (owner->life.ending == LIFE_DESTROYED || owner->life.ending == LIFE_RELEASED);
}

/*
 * The nearest that is there decides: a task that outlives its scope keeps its timer. What had ended
 * before it was said to be the owner was another at the owner's address. NULL: none.
 */
static struct thing *find_gone(struct thing *timer)
{
	struct thing *owned = timer, *owner;

	for (unsigned i = 0; i < THING_OWNERS_MAX; i++, owned = owner) {
		thing_meet_owner(&owned->life);
		owner = owned->life.owner;
		if (owner == NULL || owner->alive)
			return NULL;
		if (is_gone(owner))
			return owned->life.owned_late ? NULL : owner;
	}
	return NULL;
}

/*
 * Whose it was is said once, and it is armed again at every tick. Its memory may be another's
 * where the owner is gone, or was closed and left it armed. Held; NULL: nobody's.
 */
static struct thing *find_owner(struct thing *before)
{
	struct thing *owner;

	if (before == NULL || (before->alive && thing_is_abandoned(before)))
		return NULL;
	thing_meet_owner(&before->life);
	owner = before->life.owner;
	return owner != NULL && owner->alive ? thing_hold(owner) : NULL;
}

int timer_arm(struct image *image, const struct collect_event *event)
{
	struct thing *before = thing_find(image, event->kind, event->subject), *timer;
	const char *class_name = before != NULL ? before->life.class_name : "";
	struct thing *owner = find_owner(before);
	int error = 0;

	/* Restarted, though what it belongs to was closed: its owner is there yet. */
	if (before != NULL && before->alive && find_gone(before) == NULL)
		error = timer_cancel(image, event);
	if (error == 0)
		error = thing_begin(image, event, &timer);
	if (error == 0 && owner != NULL && strcmp(timer->life.class_name, class_name) == 0)
		life_set_owner(&timer->life, owner);
	thing_drop(owner);
	return error;
}

/* One that was cancelled before: some loops tell a cancelled timer of its end by the same call. */
int timer_fire(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_known_alive(image, event), *gone;
	int error = 0;

	if (timer == NULL)
		return 0;
	gone = find_gone(timer);
	if (gone != NULL)
		error = life_act(&timer->life, event, "fired-over", &gone->life);
	return error != 0 ? error : thing_end(timer, event, LIFE_FIRED);
}

int timer_cancel(struct image *image, const struct collect_event *event)
{
	struct thing *timer = thing_alive(image, event);

	return timer != NULL ? thing_end(timer, event, LIFE_CANCELLED) : 0;
}
