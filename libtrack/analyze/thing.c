/* SPDX-License-Identifier: Apache-2.0 */
#include "thing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <track/track.h>

#include "block.h"
#include "call.h"
#include "extent.h"
#include "image.h"
#include "kind.h"
#include "need.h"
#include "reference.h"
#include "word.h"

enum { ENDED_MAX = 131072 }; /* things kept after their end */

bool thing_is_kind(unsigned kind)
{
	return kind < TRACK_KIND__COUNT && (TRACK_KINDS_TOLD >> kind & 1) != 0;
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
	blocks_finish(&things->blocks);
	let_all_go(things);
	for (unsigned kind = 0; kind < TRACK_KIND__COUNT; kind++) {
		cursor = 0;
		while (u64map_next(&things->by_subject[kind], &cursor, &subject, &value))
			thing_drop((struct thing *)(uintptr_t)value);
		u64map_finish(&things->by_subject[kind]);
	}
}

/* Whoever closed it called what ends the program: the close could not return. */
static bool is_left(const struct thing *thing)
{
	return thing->close_ns != 0 && thing->closed_ns == 0 && !thing->refused &&
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
#define ANALYZE_TRAIT(trait, name) {trait, name},
#include "traits.def"
	};
	const struct kind *kind = kind_of(thing->life.kind);
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++)
		if (thing->traits & traits[i].trait)
			length = add_trait(text, length, traits[i].name);
	if (is_left(thing))
		length = add_trait(text, length, WORD_TRAIT_LEFT);
	if (thing->refused)
		length = add_trait(text, length, WORD_TRAIT_REFUSED);
	*ret_annotation = (struct trace_annotation){
		.traits = length != 0 ? text : NULL,
		.refs = -1,
		.fires = -1,
		.cancelled = -1,
		.woken = -1,
		.close_ns = thing->close_ns,
		.closed_ns = thing->closed_ns,
		.close_tid = thing->close_tid,
		.close_stack = thing->close_stack,
	};
	if (kind->describe != NULL)
		kind->describe(thing, ret_annotation);
}

struct told thing_told(const struct image *image, const struct collect_event *event)
{
	static const struct track_relation none;
	const struct track_relation *relation =
		event->data_bytes >= sizeof(*relation) ? event->data : &none;

	return (struct told){relation, image_text(image, relation->text)};
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

static int end_dependents(struct thing *owner, const struct collect_event *event);

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
	if (error == 0)
		error = references_end(thing);
	needs_finish(&thing->life);
	if (error == 0 && thing->has_dependents)
		error = end_dependents(thing, event);
	return error;
}

/* The next that ends with its owner, from at on. */
static struct thing *find_dependent(struct thing *at, const struct thing *owner)
{
	while (at != NULL && !(at->alive && at->life.owner == owner && !at->life.owned_late &&
			       (at->traits & TRACK_ENDS_WITH_OWNER) != 0))
		at = at->next;
	return at;
}

/* To end one may free others in the list, but none that is held. */
static int end_dependents(struct thing *owner, const struct collect_event *event)
{
	struct thing *at = find_dependent(owner->life.image->things.first, owner);
	int error = 0;

	owner->has_dependents = false;
	while (at != NULL && error == 0) {
		struct thing *ended = thing_hold(at);

		error = thing_end(ended, event, LIFE_DESTROYED);
		at = find_dependent(ended->next, owner);
		thing_drop(ended);
	}
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

bool thing_is_of_pack(const struct thing *thing)
{
	return (thing->traits & TRACK_FROM_PACK) != 0;
}

static bool is_birth(unsigned op)
{
	return op == TRACK_OP_CREATE || op == TRACK_OP_ARM || op == TRACK_OP_OPEN;
}

bool thing_is_overruled(const struct image *image, const struct collect_event *event)
{
	const struct thing *thing;

	if ((event->arg & TRACK_FROM_PACK) == 0 || !thing_is_kind(event->kind))
		return false;
	thing = thing_find(image, event->kind, event->subject);
	return thing != NULL && !thing_is_of_pack(thing) && (thing->alive || !is_birth(event->op));
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

/* Made in the call of a scope that adopts its class. */
static void join(struct thing *thing, uint32_t tid)
{
	struct thing *scope = life_join(&thing->life, tid);

	if (scope != NULL)
		scope->has_dependents |= (thing->traits & TRACK_ENDS_WITH_OWNER) != 0;
}

int thing_begin(struct image *image, const struct collect_event *event, struct thing **ret_thing)
{
	struct told told = thing_told(image, event);
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
	join(thing, event->tid);
	*ret_thing = thing;
	return 0;
}

static struct thing *if_alive(struct thing *thing)
{
	return thing != NULL && thing->alive ? thing : NULL;
}

struct thing *thing_alive(const struct image *image, const struct collect_event *event)
{
	return if_alive(thing_find(image, event->kind, event->subject));
}

struct thing *thing_known(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_find(image, event->kind, event->subject);

	if (thing == NULL)
		stray_tell(image, event, event->kind, event->subject);
	return thing;
}

struct thing *thing_known_alive(struct image *image, const struct collect_event *event)
{
	return if_alive(thing_known(image, event));
}

int thing_create(struct image *image, const struct collect_event *event)
{
	struct thing *thing;

	return thing_begin(image, event, &thing);
}

int thing_destroy(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_known_alive(image, event);

	return thing != NULL ? thing_end(thing, event, LIFE_DESTROYED) : 0;
}

int thing_judge_use(struct thing *thing, const struct collect_event *event)
{
	bool is_late =
		!thing->alive && thing->life.ending == LIFE_DESTROYED && !thing_is_of_pack(thing);

	return is_late ? life_act(&thing->life, event, "late-use", NULL) : 0;
}

int thing_use(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_known(image, event);

	return thing != NULL ? thing_judge_use(thing, event) : 0;
}

int thing_name(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_known_alive(image, event);

	return thing != NULL ? life_name(&thing->life, event) : 0;
}

int thing_plumbing(struct image *image, const struct collect_event *event)
{
	struct told told = thing_told(image, event);

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
