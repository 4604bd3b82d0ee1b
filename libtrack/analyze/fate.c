/* SPDX-License-Identifier: Apache-2.0 */
#include "fate.h"

#include <errno.h>
#include <stdlib.h>
#include <track/track.h>

#include "closing.h"

struct judge {
	struct survivors *survivors;
	const struct links *links;
	uint64_t grace_ns;
	size_t *queue; /* room for all */
};

static struct survivor *at(const struct judge *judge, size_t index)
{
	return &judge->survivors->items[index];
}

bool survivor_is_unclosed(const struct survivor *survivor)
{
	return survivor->kind == TRACK_KIND_SCOPE && survivor->judged &&
	       (survivor->traits & TRACK_MUST_CLOSE) != 0 &&
	       (survivor->close_ns == 0 || (survivor->closed_ns == 0 && !survivor->in_close));
}

bool survivor_is_persistent(const struct survivor *survivor)
{
	return survivor->kind == TRACK_KIND_CALLBACK && (survivor->traits & TRACK_ONE_SHOT) == 0;
}

/* When a thing had its end: what belongs to it is to end with it. 0: not yet. */
static uint64_t over_ns(const struct survivor *owner, const struct survivor *owned)
{
	/* A handler that waits for many calls may stay registered until its owner goes. */
	if (owner->kind == TRACK_KIND_SCOPE && owner->closed_ns != 0 &&
	    !survivor_is_persistent(owned))
		return owner->closed_ns;
	/* Who tries to close it wants an end of what is in it, and goes on if that fails. */
	if ((owner->traits & SURVIVOR_REFUSED) != 0 && owner->over_ns == 0 &&
	    owned->birth_ns < owner->close_ns && !survivor_is_persistent(owned))
		return owner->close_ns;
	return owner->over_ns;
}

static enum fate past(const struct judge *judge, const struct survivor *survivor, uint64_t over)
{
	return over + judge->grace_ns <= survivor->judged_ns ? FATE_LEAKED : FATE_RECHECK;
}

static void decide(struct survivor *survivor, enum fate fate, size_t outlived)
{
	survivor->fate = fate;
	survivor->outlived = outlived;
}

/* What is ended from outside, or runs on, may yet return from a close that has just begun. */
static bool is_in_close(const struct judge *judge, size_t index)
{
	const struct survivor *scope = at(judge, index);

	return survivor_is_closing(scope) && !scope->in_order &&
	       scope->close_ns + judge->grace_ns > scope->judged_ns;
}

/* What it belongs to, from the nearest on. Owners in a circle have no end. */
static void ask_owners(const struct judge *judge, struct survivor *survivor)
{
	size_t steps = judge->survivors->count;
	bool is_in_scope = false;

	for (size_t i = survivor->owner; i != SURVIVOR_NONE && steps-- > 0;
	     i = at(judge, i)->owner) {
		const struct survivor *owner = at(judge, i);
		uint64_t over = over_ns(owner, survivor);

		if (over != 0) {
			decide(survivor, past(judge, survivor, over), i);
			return;
		}
		/* It is not about what a close that goes on has yet to end. */
		if (owner->in_close || (owner->traits & TRACK_PROCESS_LIFE) != 0) {
			decide(survivor, FATE_FINE, SURVIVOR_NONE);
			survivor->excused = true;
			return;
		}
		if (survivor_is_unclosed(owner))
			survivor->unclosed = i;
		is_in_scope |= owner->kind == TRACK_KIND_SCOPE && owner->closed_ns == 0;
	}
	if (is_in_scope)
		decide(survivor, FATE_FINE, SURVIVOR_NONE);
}

/*
 * The program gave back all that it had of it: what keeps it, the library or something else that is
 * told by itself, took its reference unseen.
 */
static bool is_given_back(const struct survivor *survivor)
{
	return survivor->kind == TRACK_KIND_OBJECT && survivor->refs == 0 &&
	       (survivor->traits & TRACK_FROM_PACK) != 0;
}

/* Where nobody who is alive holds it: whoever went without releasing it, or where it was made. */
static void ask_hints(const struct judge *judge, struct survivor *survivor)
{
	enum fate fate = FATE_OPEN;

	for (size_t i = 0; i < survivor->reference_count; i++) {
		const struct survivor_reference *reference =
			&judge->survivors->references[survivor->first_reference + i];
		uint64_t over;

		if (reference->waker || reference->holder == SURVIVOR_NONE)
			continue;
		over = over_ns(at(judge, reference->holder), survivor);
		if (over != 0 && past(judge, survivor, over) > fate)
			decide(survivor, fate = past(judge, survivor, over), reference->holder);
	}
	if (survivor->kind == TRACK_KIND_SCOPE && survivor->closed_ns != 0)
		decide(survivor, fate = past(judge, survivor, survivor->closed_ns),
		       (size_t)(survivor - judge->survivors->items));
	if (fate != FATE_OPEN)
		return;
	decide(survivor, is_given_back(survivor) ? FATE_FINE : FATE_AT_EXIT, SURVIVOR_NONE);
	if (survivor->hint != SURVIVOR_NONE) {
		uint64_t over = over_ns(at(judge, survivor->hint), survivor);

		if (over != 0 && past(judge, survivor, over) == FATE_LEAKED)
			decide(survivor, FATE_SUSPECT, survivor->hint);
	}
}

/* Of what belongs to something only that counts, of the rest whoever holds it. */
static bool counts(const struct judge *judge, const struct link *link)
{
	const struct survivor *keeper = at(judge, link->keeper);

	if ((at(judge, link->kept)->owner != SURVIVOR_NONE) != link->owns)
		return false;
	return link->owns || keeper->kind != TRACK_KIND_SCOPE || keeper->closed_ns == 0;
}

static bool is_kept(const struct judge *judge, size_t index)
{
	for (size_t i = judge->links->first_up[index]; i < judge->links->first_up[index + 1]; i++)
		if (counts(judge, &judge->links->up[i]))
			return true;
	return false;
}

/* All that is kept by those of this fate, and of which nothing better is known, shares it. */
static void spread(const struct judge *judge, enum fate fate)
{
	const struct links *links = judge->links;
	size_t count = 0, done = 0;

	for (size_t i = 0; i < judge->survivors->count; i++)
		if (at(judge, i)->fate == fate)
			judge->queue[count++] = i;
	for (; done < count; done++) {
		size_t keeper = judge->queue[done];

		for (size_t i = links->first_down[keeper]; i < links->first_down[keeper + 1]; i++) {
			struct survivor *kept = at(judge, links->down[i].kept);

			if (kept->fate != FATE_OPEN || !counts(judge, &links->down[i]))
				continue;
			decide(kept, fate, at(judge, keeper)->outlived);
			judge->queue[count++] = links->down[i].kept;
		}
	}
}

/* What is never wrong by itself while it belongs to nothing. */
static bool is_harmless(const struct survivor *survivor)
{
	return !survivor->judged || survivor_is_persistent(survivor) ||
	       survivor->kind == TRACK_KIND_SCOPE;
}

static void begin(const struct judge *judge, size_t index)
{
	struct survivor *survivor = at(judge, index);

	if (!survivor->judged || !survivor_is_alive(survivor))
		decide(survivor, FATE_FINE, SURVIVOR_NONE);
	else if (survivor->owner != SURVIVOR_NONE)
		ask_owners(judge, survivor);
	else if (is_harmless(survivor))
		decide(survivor, FATE_FINE, SURVIVOR_NONE);
	if (survivor->fate == FATE_OPEN && !is_kept(judge, index))
		ask_hints(judge, survivor);
}

/* What is left holds itself in a circle: what is proven of one is proven of all. */
static void judge_circles(const struct judge *judge)
{
	for (enum fate fate = FATE_LEAKED; fate > FATE_FINE; fate--) {
		for (size_t i = 0; i < judge->survivors->count; i++) {
			struct survivor *survivor = at(judge, i);

			if (survivor->fate != FATE_OPEN)
				continue;
			ask_hints(judge, survivor);
			if (survivor->fate != fate)
				decide(survivor, FATE_OPEN, SURVIVOR_NONE);
		}
		spread(judge, fate);
	}
}

/* What kept a close from closing is told, and not the object that the scope is made of. */
static void excuse_refused(const struct judge *judge)
{
	for (size_t i = 0; i < judge->survivors->count; i++) {
		size_t scope = at(judge, i)->outlived, object;

		if (scope == SURVIVOR_NONE || (at(judge, scope)->traits & SURVIVOR_REFUSED) == 0)
			continue;
		object = at(judge, scope)->owner;
		if (object != SURVIVOR_NONE && at(judge, object)->fate == FATE_AT_EXIT)
			decide(at(judge, object), FATE_FINE, SURVIVOR_NONE);
	}
}

int fates_judge(struct survivors *survivors, const struct links *links, uint64_t grace_ns)
{
	struct judge judge = {
		.survivors = survivors,
		.links = links,
		.grace_ns = grace_ns,
		.queue = calloc(survivors->count + 1, sizeof(size_t)),
	};

	if (judge.queue == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < survivors->count; i++)
		survivors->items[i].in_close = is_in_close(&judge, i);
	for (size_t i = 0; i < survivors->count; i++)
		begin(&judge, i);
	excuse_refused(&judge);
	for (enum fate fate = FATE_FINE; fate <= FATE_LEAKED; fate++)
		spread(&judge, fate);
	judge_circles(&judge);
	free(judge.queue);
	return 0;
}
