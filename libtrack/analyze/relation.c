/* SPDX-License-Identifier: Apache-2.0 */
/* Relations between lives of any kind: what belongs to whom, and who needs whom. */
#include <track/track.h>

#include "image.h"
#include "need.h"
#include "thing.h"

struct life *life_of(const struct image *image, unsigned kind, uint64_t subject)
{
	struct thing *thing;

	if (kind == TRACK_KIND_FD)
		return fd_life(image, subject);
	if (kind == TRACK_KIND_THREAD)
		return thread_life(image, subject);
	thing = thing_find(image, kind, subject);
	return thing != NULL && thing->alive ? &thing->life : NULL;
}

static bool is_stranger(const struct image *image, unsigned kind, uint64_t subject)
{
	/* Of locks nothing is made, and so none is missing. */
	return thing_is_kind(kind) && kind != TRACK_KIND_LOCK &&
	       thing_find(image, kind, subject) == NULL;
}

/* Of two that are related either may be one whose birth nobody told. */
static void tell_stranger(struct image *image, const struct collect_event *event,
			  const struct track_relation *relation)
{
	if (is_stranger(image, event->kind, event->subject))
		stray_tell(image, event, event->kind, event->subject);
	else if (relation->other != 0 && is_stranger(image, relation->other_kind, relation->other))
		stray_tell(image, event, relation->other_kind, relation->other);
}

/* An owner that would be its own one, through others too, is none. */
static bool may_own(const struct thing *owner, const struct life *owned)
{
	const struct thing *at = owner;

	for (unsigned i = 0; i < THING_OWNERS_MAX; i++, at = at->life.owner) {
		if (&at->life == owned)
			return false;
		if (at->life.owner == NULL)
			return true;
	}
	return false;
}

/* What comes to own the thing that it was made in is not that one's: nobody holds himself. */
static void cut_hint(struct thing *owner, const struct life *owned)
{
	struct thing *at = owner;

	for (unsigned i = 0; i < THING_OWNERS_MAX && at != NULL; i++) {
		if (at->life.hint != NULL && &at->life.hint->life == owned)
			life_drop_hint(&at->life);
		at = at->life.owner != NULL ? at->life.owner : at->life.hint;
	}
}

static bool is_above(const struct life *life, const struct thing *at)
{
	for (unsigned i = 0; i < THING_OWNERS_MAX && at != NULL; i++) {
		if (&at->life == life)
			return true;
		at = at->life.owner != NULL ? at->life.owner : at->life.hint;
	}
	return at != NULL;
}

/* What is known better is not unsaid by a guess. */
static void take_hint(struct life *owned, struct thing *scope)
{
	if (owned->owner != NULL || owned->hint != NULL || !scope->alive || is_above(owned, scope))
		return;
	owned->hint = thing_hold(scope);
	life_touch(owned);
}

static bool ends_with_owner(const struct life *owned)
{
	return thing_is_kind(owned->kind) &&
	       (((const struct thing *)owned)->traits & TRACK_ENDS_WITH_OWNER) != 0;
}

int thing_own(struct image *image, const struct collect_event *event)
{
	struct told told = thing_told(image, event);
	unsigned kind = told.relation->other_kind;
	struct thing *owner =
		thing_is_kind(kind) ? thing_find(image, kind, told.relation->other) : NULL;
	struct life *owned = life_of(image, event->kind, event->subject);

	if (owner == NULL || owned == NULL)
		tell_stranger(image, event, told.relation);
	if (owner == NULL)
		return 0;
	if (owned == NULL && event->kind == TRACK_KIND_THREAD)
		return thread_own_early(image, event->subject, owner);
	if (owned == NULL || !may_own(owner, owned))
		return 0;
	if (event->arg & TRACK_HINTED) {
		take_hint(owned, owner);
		return 0;
	}
	cut_hint(owner, owned);
	life_set_owner(owned, owner);
	owned->owned_late = !owner->alive;
	owner->has_dependents |= ends_with_owner(owned);
	return 0;
}

void thing_meet_owner(struct life *life)
{
	struct thing *dead = life->owner, *next;

	if (dead == NULL || !life->owned_late)
		return;
	next = thing_find(life->image, dead->life.kind, dead->life.subject);
	if (next == NULL || next->life.generation != dead->life.generation + 1 ||
	    !may_own(next, life))
		return;
	cut_hint(next, life);
	life_set_owner(life, next);
	life->owned_late = false;
}

int thing_needs(struct image *image, const struct collect_event *event)
{
	struct told told = thing_told(image, event);
	struct thing *user = thing_is_kind(event->kind) ? thing_alive(image, event) : NULL;
	struct life *used = life_of(image, told.relation->other_kind, told.relation->other);

	if (user == NULL || used == NULL)
		tell_stranger(image, event, told.relation);
	return user != NULL && used != NULL ? need_add(used, user, event) : 0;
}

struct thing *thing_scope(struct life *life)
{
	struct thing *at;

	thing_meet_owner(life);
	at = life->owned_late ? NULL : life->owner;
	for (unsigned i = 0;
	     at != NULL && at->life.kind != TRACK_KIND_SCOPE && i < THING_OWNERS_MAX; i++)
		at = at->life.owner;
	return at != NULL && at->life.kind == TRACK_KIND_SCOPE ? at : NULL;
}
