/* SPDX-License-Identifier: Apache-2.0 */
#include "thing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

#include "call.h"
#include "extent.h"
#include "image.h"
#include "need.h"
#include "reference.h"
#include "word.h"

enum { ENDED_MAX = 131072 }; /* things kept after their end */

bool thing_is_kind(unsigned kind)
{
	return kind != TRACK_KIND_FD && kind != TRACK_KIND_THREAD && kind < TRACK_KIND__COUNT;
}

struct thing *thing_find(const struct image *image, unsigned kind, uint64_t subject)
{
	const uint64_t *known = u64map_get(&image->things.by_subject[kind], subject);

	return known != NULL ? (struct thing *)(uintptr_t)*known : NULL;
}

struct thing *thing_hold(struct thing *thing)
{
	thing->holds++;
	return thing;
}

void thing_drop(struct thing *thing)
{
	/* One that was made in another's call, and so on, is a chain as long as the run. */
	while (thing != NULL && --thing->holds == 0) {
		struct thing *above = life_take_above(&thing->life);

		references_finish(thing);
		life_finish(&thing->life);
		*thing->at = thing->next;
		if (thing->next != NULL)
			thing->next->at = thing->at;
		free(thing);
		thing = above;
	}
}

static void let_go(struct thing *thing)
{
	references_finish(thing);
	life_let_go(&thing->life);
}

/* Of those that hold each other, perhaps in a circle, each is there until none holds another. */
static void let_all_go(struct things *things)
{
	for (struct thing *at = things->first; at != NULL; at = at->next)
		thing_hold(at);
	for (struct thing *at = things->first; at != NULL; at = at->next)
		let_go(at);
	for (struct thing *at = things->first, *next; at != NULL; at = next) {
		next = at->next;
		thing_drop(at);
	}
}

void things_finish(struct things *things)
{
	size_t cursor;
	uint64_t subject, value;

	extents_finish(&things->extents);
	calls_finish(&things->calls);
	let_all_go(things);
	for (unsigned kind = 0; kind < TRACK_KIND__COUNT; kind++) {
		cursor = 0;
		while (u64map_next(&things->by_subject[kind], &cursor, &subject, &value))
			thing_drop((struct thing *)(uintptr_t)value);
		u64map_finish(&things->by_subject[kind]);
	}
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

/* Whoever closed it called what ends the program: the close could not return. */
static bool is_left(const struct thing *thing)
{
	return thing->close_ns != 0 && thing->closed_ns == 0 &&
	       thing->close_tid == thing->life.image->end_tid;
}

static size_t add_trait(char text[THING_TRAITS_BYTES], size_t length, const char *name)
{
	return length + (size_t)snprintf(text + length, THING_TRAITS_BYTES - length, "%s%s",
					 length != 0 ? "," : "", name);
}

void thing_describe(const struct thing *thing, char text[THING_TRAITS_BYTES],
		    struct trace_annotation *ret_annotation)
{
	static const struct {
		uint32_t trait;
		const char *name;
	} traits[] = {
		{TRACK_ONE_SHOT, "one-shot"},	      {TRACK_CLOSE_NOTICE, "close-notice"},
		{TRACK_MUST_CLOSE, "must-close"},     {TRACK_QUIET, "quiet"},
		{TRACK_PROCESS_LIFE, "process-life"},
	};
	unsigned kind = thing->life.kind;
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++)
		if (thing->traits & traits[i].trait)
			length = add_trait(text, length, traits[i].name);
	if (is_left(thing))
		length = add_trait(text, length, WORD_TRAIT_LEFT);
	*ret_annotation = (struct trace_annotation){
		.traits = length != 0 ? text : NULL,
		.refs = -1,
		.fires = kind == TRACK_KIND_CALLBACK ? (int64_t)thing->fires : -1,
		.cancelled = kind == TRACK_KIND_CALLBACK ? thing->cancelled : -1,
		.woken = kind == TRACK_KIND_TASK ? thing->woken : -1,
		.close_ns = thing->close_ns,
		.closed_ns = thing->closed_ns,
		.close_tid = thing->close_tid,
		.close_stack = thing->close_stack,
	};
	if (kind == TRACK_KIND_OBJECT)
		ret_annotation->refs = (int64_t)thing->refs;
	if (kind == TRACK_KIND_TASK)
		ret_annotation->refs = (int64_t)reference_wakers(thing);
}

/* The relation of an event, with what its text says; zeroed where it has none. */
struct told {
	struct track_relation relation;
	const char *text;
};

static struct told read_event(const struct image *image, const struct collect_event *event)
{
	struct told told = {0};

	if (event->data_bytes >= sizeof(told.relation))
		memcpy(&told.relation, event->data, sizeof(told.relation));
	told.text = image_text(image, told.relation.text);
	return told;
}

/* Births and ends. */

/* What ended long ago makes room. */
static void forget_ended(struct things *things)
{
	size_t cursor;
	uint64_t subject, value;

	if (things->ended < ENDED_MAX)
		return;
	things->forgot = true;
	for (unsigned kind = 0; kind < TRACK_KIND__COUNT; kind++) {
		cursor = 0;
		while (u64map_next(&things->by_subject[kind], &cursor, &subject, &value)) {
			struct thing *thing = (struct thing *)(uintptr_t)value;

			if (thing->alive)
				continue;
			u64map_remove(&things->by_subject[kind], subject);
			thing_drop(thing);
		}
	}
	things->ended = 0;
}

int thing_end(struct thing *thing, const struct collect_event *event, enum life_ending ending)
{
	struct life_death death = life_death_by(&thing->life, event, ending);
	int error = 0;

	if (ending != LIFE_UNSEEN)
		error = needs_judge(&thing->life, event);
	else
		death.tid = 0; /* nobody's act */
	thing->alive = false;
	thing->life.image->things.ended++;
	life_set_death(&thing->life, &death);
	if (error == 0)
		error = life_conclude(&thing->life);
	references_finish(thing);
	needs_finish(&thing->life);
	return error;
}

static struct thing *make(struct image *image, const struct collect_event *event)
{
	struct thing *thing = calloc(1, sizeof(*thing));

	if (thing == NULL)
		return NULL;
	thing->holds = 1;
	if (u64map_put(&image->things.by_subject[event->kind], event->subject, (uintptr_t)thing) !=
	    0) {
		free(thing);
		return NULL;
	}
	thing->next = image->things.first;
	thing->at = &image->things.first;
	if (thing->next != NULL)
		thing->next->at = &thing->next;
	image->things.first = thing;
	return thing;
}

bool thing_is_abandoned(struct thing *thing)
{
	const struct thing *owner;

	thing_meet_owner(&thing->life);
	owner = thing->life.owned_late ? NULL : thing->life.owner;
	return owner != NULL && (!owner->alive || owner->closed_ns != 0);
}

/* Nobody ended it, and now its memory is another's: it stays as it is, alive for good. */
static int abandon(struct thing *thing)
{
	int64_t id;
	int error;

	life_touch(&thing->life);
	error = life_keep(&thing->life, &id);
	if (error == 0)
		error = references_write(thing);
	if (error == 0)
		error = life_conclude(&thing->life);
	thing->alive = false;
	thing->life.image->things.ended++;
	/* Whom it holds may hold it: told is told, and no map leads to it any more. */
	references_finish(thing);
	needs_finish(&thing->life);
	return error;
}

int thing_begin(struct image *image, const struct collect_event *event, struct thing **ret_thing)
{
	struct told told = read_event(image, event);
	struct thing *before = thing_find(image, event->kind, event->subject), *thing;
	uint32_t generation = before != NULL ? before->life.generation : 0;
	int error = 0;

	if (before != NULL && before->alive)
		error = thing_is_abandoned(before) ? abandon(before)
						   : thing_end(before, event, LIFE_UNSEEN);
	if (error != 0)
		return error;
	forget_ended(&image->things);
	before = thing_find(image, event->kind, event->subject);
	if (before != NULL)
		image->things.ended--;
	thing = make(image, event);
	thing_drop(before);
	if (thing == NULL)
		return -ENOMEM;
	thing->life.generation = generation;
	error = life_begin(&thing->life, image, event);
	if (error != 0)
		return error;
	thing->life.class_name = told.text != NULL ? told.text : "";
	thing->traits = (uint32_t)event->arg;
	thing->alive = true;
	*ret_thing = thing;
	return 0;
}

struct thing *thing_alive(const struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_find(image, event->kind, event->subject);

	return thing != NULL && thing->alive ? thing : NULL;
}

int thing_create(struct image *image, const struct collect_event *event)
{
	struct thing *thing;

	return thing_begin(image, event, &thing);
}

int thing_destroy(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_alive(image, event);

	return thing != NULL ? thing_end(thing, event, LIFE_DESTROYED) : 0;
}

int thing_use(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_find(image, event->kind, event->subject);
	bool is_late = thing != NULL && !thing->alive && thing->life.ending == LIFE_DESTROYED;

	return is_late ? life_act(&thing->life, event, "late-use", NULL) : 0;
}

int thing_name(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_alive(image, event);

	return thing != NULL ? life_name(&thing->life, event) : 0;
}

/* References. */

static struct holder read_holder(const struct image *image, const struct collect_event *event)
{
	struct told told = read_event(image, event);
	unsigned kind = told.relation.other_kind;
	struct holder holder = {.tag = told.text, .subject = told.relation.other, .kind = kind};

	if (holder.subject != 0 && thing_is_kind(kind))
		holder.thing = thing_find(image, kind, holder.subject);
	return holder;
}

int thing_retain(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_find(image, event->kind, event->subject);
	struct holder holder;

	if (thing == NULL)
		return 0;
	if (!thing->alive)
		return thing_use(image, event);
	holder = read_holder(image, event);
	return reference_retain(thing, &holder, event, image_stack(image, event->stack));
}

int thing_release(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_find(image, event->kind, event->subject);
	struct holder holder;
	bool is_held = false;

	if (thing == NULL || (!thing->alive && thing->life.ending != LIFE_DESTROYED))
		return 0;
	if (thing->alive) {
		holder = read_holder(image, event);
		is_held = reference_release(thing, &holder, image_stack(image, event->stack));
	}
	/* A task's wakers may be given back at any time. */
	if (is_held || event->kind != TRACK_KIND_OBJECT)
		return 0;
	return life_act(&thing->life, event, "over-release", NULL);
}

/* Relations between lives of any kind. */

static struct life *find_life(struct image *image, unsigned kind, uint64_t subject)
{
	struct thing *thing;

	if (kind == TRACK_KIND_FD)
		return fd_life(image, subject);
	if (kind == TRACK_KIND_THREAD)
		return thread_life(image, subject);
	thing = thing_find(image, kind, subject);
	return thing != NULL && thing->alive ? &thing->life : NULL;
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

int thing_own(struct image *image, const struct collect_event *event)
{
	struct told told = read_event(image, event);
	unsigned kind = told.relation.other_kind;
	struct thing *owner =
		thing_is_kind(kind) ? thing_find(image, kind, told.relation.other) : NULL;
	struct life *owned = find_life(image, event->kind, event->subject);

	if (owner == NULL)
		return 0;
	if (owned == NULL && event->kind == TRACK_KIND_THREAD)
		return thread_own_early(image, event->subject, owner);
	if (owned == NULL || !may_own(owner, owned))
		return 0;
	cut_hint(owner, owned);
	life_set_owner(owned, owner);
	owned->owned_late = !owner->alive;
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
	struct told told = read_event(image, event);
	struct thing *user = thing_is_kind(event->kind) ? thing_alive(image, event) : NULL;
	struct life *used = find_life(image, told.relation.other_kind, told.relation.other);

	return user != NULL && used != NULL ? need_add(used, user, event) : 0;
}

int thing_plumbing(struct image *image, const struct collect_event *event)
{
	struct told told = read_event(image, event);

	return told.text != NULL ? trace_add_plumbing(image->book->trace, told.text) : 0;
}

int thing_settle(struct image *image)
{
	int error = 0;

	for (unsigned kind = 0; kind < TRACK_KIND__COUNT && error == 0; kind++) {
		size_t cursor = 0;
		uint64_t subject, value;

		while (error == 0 &&
		       u64map_next(&image->things.by_subject[kind], &cursor, &subject, &value)) {
			struct thing *thing = (struct thing *)(uintptr_t)value;
			int64_t id;

			if (!thing->alive)
				continue;
			life_touch(&thing->life);
			error = life_keep(&thing->life, &id);
			if (error == 0)
				error = references_write(thing);
		}
	}
	return error;
}
