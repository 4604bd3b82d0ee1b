/* SPDX-License-Identifier: Apache-2.0 */
#include "awaited.h"

#include <track/track.h>

#include "fd_slot.h"
#include "image.h"
#include "reference.h"

static const struct thing *thing_of(const struct life *life)
{
	return thing_is_kind(life->kind) ? (const struct thing *)life : NULL;
}

static bool is_recent(const struct awaited_look *look, uint64_t over_ns)
{
	return over_ns != 0 && over_ns + look->grace_ns > look->now_ns;
}

static bool is_persistent(const struct life *life)
{
	const struct thing *thing = thing_of(life);

	return thing != NULL && life->kind == TRACK_KIND_CALLBACK &&
	       (thing->traits & TRACK_ONE_SHOT) == 0;
}

/* When the owner had its end, for what belongs to it; 0: not yet. */
static uint64_t over_ns(const struct thing *owner, const struct life *owned)
{
	bool closed = owner->life.kind == TRACK_KIND_SCOPE && owner->closed_ns != 0;
	bool refused = owner->refused && owner->alive && owned->birth_ns < owner->close_ns;

	if (!is_persistent(owned) && (closed || refused))
		return closed ? owner->closed_ns : owner->close_ns;
	return owner->alive ? 0 : owner->life.death_ns;
}

static bool is_owned_by_the_past(const struct awaited_look *look, const struct life *life)
{
	const struct thing *at = life->owner;

	for (unsigned i = 0; at != NULL && i < THING_OWNERS_MAX; i++, at = at->life.owner) {
		uint64_t over = over_ns(at, life);

		if (over != 0)
			return is_recent(look, over);
		if ((at->traits & TRACK_PROCESS_LIFE) != 0)
			return false;
	}
	return false;
}

struct holding {
	const struct awaited_look *look;
	const struct life *held;
	bool now, before; /* by somebody who is alive; by one who was, a moment ago */
};

static void add_holder(void *ctx, const struct thing *holder)
{
	struct holding *holding = ctx;
	uint64_t over = over_ns(holder, holding->held);

	holding->now |= over == 0;
	holding->before |= is_recent(holding->look, over);
}

/* Of what belongs to nothing those decide who refer to it. */
static bool is_held_by_the_past(const struct awaited_look *look, const struct thing *thing)
{
	struct holding holding = {.look = look, .held = &thing->life};

	references_visit(thing, add_holder, &holding);
	return holding.before && !holding.now;
}

static bool is_awaited(void *ctx, struct life *life)
{
	const struct awaited_look *look = ctx;
	const struct thing *thing = thing_of(life);

	if (life->inherited || life->earlier ||
	    (thing != NULL && (thing->traits & TRACK_PROCESS_LIFE) != 0))
		return false;
	thing_meet_owner(life);
	if (life->owner != NULL)
		return is_owned_by_the_past(look, life);
	return thing != NULL && is_held_by_the_past(look, thing);
}

/* Another thread is about to close it. */
static bool is_closing(const struct awaited_look *look, const struct thing *thing)
{
	return thing->life.kind == TRACK_KIND_SCOPE && (thing->traits & TRACK_MUST_CLOSE) != 0 &&
	       thing->closed_ns == 0 && !thing->refused && thing->close_tid != look->tid &&
	       is_recent(look, thing->close_ns);
}

static bool any_thing(const struct image *image, struct awaited_look *look)
{
	for (struct thing *at = image->things.first; at != NULL; at = at->next)
		if (at->alive && (is_closing(look, at) || is_awaited(look, &at->life)))
			return true;
	return false;
}

static bool any_fd(const struct image *image, struct awaited_look *look)
{
	struct fds_cursor cursor = {0};
	struct fd_slot *slot;

	while ((slot = fds_next(&image->fds, &cursor)) != NULL)
		if (slot->state == FD_OPEN && is_awaited(look, &slot->life))
			return true;
	return false;
}

bool awaited_any(struct image *image, const struct awaited_look *look)
{
	struct awaited_look asked = *look;

	return any_thing(image, &asked) || any_fd(image, &asked) ||
	       threads_any(image, is_awaited, &asked);
}
