/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <errno.h>
#include <stdlib.h>
#include <track/track.h>

#include "image.h"
#include "word.h"

enum { SWEPT_LEAST = 64 }; /* so many may be given back and still be told of */

struct reference {
	struct reference *next; /* taken before */
	struct thing *holder;	/* NULL: nothing that is followed */
	const char *tag;
	uint64_t subject;
	uint8_t kind;
	bool waker;
	uint64_t caller; /* the module that took it */
	int64_t stack, released_stack;
	uint64_t retained, released;
	uint64_t first_ns, last_ns;
};

/* Who takes or gives back a reference, as the event says. */
struct holder {
	struct thing *thing; /* NULL: nothing that is followed */
	const char *tag;     /* interned; NULL none */
	uint64_t subject;    /* 0 nobody in particular */
	unsigned kind;
	uint64_t caller; /* the module that says so; 0 unknown */
};

static bool is_of(const struct reference *reference, const struct holder *holder)
{
	return reference->tag == holder->tag && reference->subject == holder->subject &&
	       reference->kind == holder->kind && reference->holder == holder->thing;
}

static bool is_given_back(const struct reference *reference)
{
	return reference->retained == reference->released;
}

static void destroy(struct reference *reference)
{
	thing_drop(reference->holder);
	free(reference);
}

/* What lives long is held by very many, one after another. */
static void sweep(struct thing *thing)
{
	struct reference **at = &thing->references;

	if (thing->reference_count < thing->reference_limit)
		return;
	while (*at != NULL) {
		struct reference *reference = *at;

		if (!is_given_back(reference)) {
			at = &reference->next;
			continue;
		}
		*at = reference->next;
		destroy(reference);
		thing->reference_count--;
	}
	thing->reference_limit = 2 * thing->reference_count + SWEPT_LEAST;
}

static struct reference *make(struct thing *thing, const struct holder *holder,
			      const struct collect_event *event, int64_t stack)
{
	struct reference *reference = calloc(1, sizeof(*reference));

	if (reference == NULL)
		return NULL;
	sweep(thing);
	*reference = (struct reference){
		.next = thing->references,
		.holder = holder->thing != NULL ? thing_hold(holder->thing) : NULL,
		.tag = holder->tag,
		.subject = holder->subject,
		.kind = (uint8_t)holder->kind,
		.waker = (event->arg & TRACK_WAKER) != 0,
		.caller = holder->caller,
		.stack = stack,
		.first_ns = event->time_ns,
		.last_ns = event->time_ns,
	};
	thing->references = reference;
	thing->reference_count++;
	return reference;
}

static int retain(struct thing *thing, const struct holder *holder,
		  const struct collect_event *event, int64_t stack)
{
	struct reference *at = thing->references;

	while (at != NULL && !(is_of(at, holder) && at->stack == stack))
		at = at->next;
	if (at == NULL)
		at = make(thing, holder, event, stack);
	if (at == NULL)
		return -ENOMEM;
	at->retained++;
	at->last_ns = event->time_ns;
	thing->refs++;
	return 0;
}

/*
 * What a library takes for itself, its own code gives back: a pack names no holder, and the
 * program's references are others. NULL: it has none.
 */
static struct reference *find_own(struct thing *thing, const struct holder *holder)
{
	struct reference *at = thing->references;

	while (at != NULL &&
	       (is_given_back(at) || !is_of(at, holder) || at->caller != holder->caller))
		at = at->next;
	return holder->caller != 0 && thing_is_of_pack(thing) ? at : NULL;
}

/*
 * The last one taken that is still held: of this holder and purpose, or of the purpose alone, or
 * of any. A reference that was passed on is given back by who got it.
 */
static struct reference *find_held(struct thing *thing, const struct holder *holder)
{
	struct reference *same_tag = NULL, *any = NULL;

	for (struct reference *at = thing->references; at != NULL; at = at->next) {
		if (is_given_back(at))
			continue;
		if (is_of(at, holder))
			return at;
		if (any == NULL)
			any = at;
		if (same_tag == NULL && at->tag == holder->tag)
			same_tag = at;
	}
	return same_tag != NULL ? same_tag : any;
}

/* false: there was no reference left at all. */
static bool release(struct thing *thing, const struct holder *holder, int64_t stack)
{
	struct reference *at = find_own(thing, holder);

	if (at == NULL)
		at = find_held(thing, holder);
	if (at == NULL)
		return false;
	if (at->tag != holder->tag)
		thing->life.image->counted[TRACK_NOTE_OTHER_TAG]++;
	at->released++;
	at->released_stack = stack;
	thing->refs--;
	return true;
}

static struct holder read_holder(const struct image *image, const struct collect_event *event)
{
	struct told told = thing_told(image, event);
	unsigned kind = told.relation->other_kind;
	struct holder holder = {
		.tag = told.text,
		.subject = told.relation->other,
		.kind = kind,
		.caller = image_caller(image, image_stack(image, event->stack)),
	};

	if (holder.subject != 0 && thing_is_kind(kind))
		holder.thing = thing_find(image, kind, holder.subject);
	return holder;
}

int thing_retain(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_known(image, event);
	struct holder holder;

	if (thing == NULL)
		return 0;
	if (!thing->alive)
		return thing_judge_use(thing, event);
	holder = read_holder(image, event);
	return retain(thing, &holder, event, image_stack(image, event->stack));
}

int thing_release(struct image *image, const struct collect_event *event)
{
	struct thing *thing = thing_known(image, event);
	struct holder holder;
	bool is_held = false;

	if (thing == NULL || (!thing->alive && thing->life.ending != LIFE_DESTROYED))
		return 0;
	if (thing->alive) {
		holder = read_holder(image, event);
		is_held = release(thing, &holder, image_stack(image, event->stack));
	}
	if (is_held && thing->refs == 0 && (thing->traits & TRACK_ENDS_AT_ZERO) != 0)
		return thing_end(thing, event, LIFE_DESTROYED);
	/* A task's wakers may be given back at any time. */
	if (is_held || event->kind != TRACK_KIND_OBJECT || thing_is_of_pack(thing))
		return 0;
	return life_act(&thing->life, event, "over-release", NULL);
}

uint64_t reference_wakers(const struct thing *thing)
{
	uint64_t wakers = 0;

	for (const struct reference *at = thing->references; at != NULL; at = at->next)
		if (at->waker)
			wakers += at->retained - at->released;
	return wakers;
}

/*
 * A timer that was armed anew is another life, and holds what it held; so does a holder that was
 * told of later than what it holds.
 */
static struct thing *holder_now(const struct thing *thing, const struct reference *reference)
{
	struct thing *now = reference->holder;

	if (now != NULL && (now->alive || reference->kind != TRACK_KIND_TIMER))
		return now;
	if (reference->subject == 0 || !thing_is_kind(reference->kind))
		return now;
	now = thing_find(thing->life.image, reference->kind, reference->subject);
	return now != NULL && now->alive ? now : reference->holder;
}

static int write_one(const struct thing *thing, const struct reference *reference)
{
	struct thing *holder = holder_now(thing, reference);
	bool is_named = reference->subject != 0;
	struct trace_reference row = {
		.resource_id = thing->life.id,
		.holder_kind = is_named ? word_kind(reference->kind) : NULL,
		.holder_subject = reference->subject,
		.tag = reference->tag,
		.waker = reference->waker,
		.stack_id = reference->stack,
		.retained = reference->retained,
		.released = reference->released,
		.first_ns = reference->first_ns,
		.last_ns = reference->last_ns,
		.released_stack = reference->released_stack,
	};
	int error = 0;

	if (holder != NULL)
		error = life_keep(&holder->life, &row.holder_id);
	return error != 0 ? error : trace_put_reference(thing->life.image->book->trace, &row);
}

static int delete_written(struct thing *thing)
{
	if (!thing->references_written)
		return 0;
	thing->references_written = false;
	return trace_delete_references(thing->life.image->book->trace, thing->life.id);
}

int references_write(struct thing *thing)
{
	int error = delete_written(thing);

	thing->references_written = thing->references != NULL;
	for (const struct reference *at = thing->references; at != NULL && error == 0;
	     at = at->next)
		error = write_one(thing, at);
	return error;
}

int references_end(struct thing *thing)
{
	int error = delete_written(thing);

	references_finish(thing);
	return error;
}

void references_finish(struct thing *thing)
{
	while (thing->references != NULL) {
		struct reference *next = thing->references->next;

		destroy(thing->references);
		thing->references = next;
	}
	thing->reference_count = 0;
	thing->reference_limit = 0;
}

void references_visit(const struct thing *thing,
		      void (*visit)(void *ctx, const struct thing *holder), void *ctx)
{
	for (const struct reference *at = thing->references; at != NULL; at = at->next)
		if (at->holder != NULL && !at->waker && !is_given_back(at))
			visit(ctx, at->holder);
}
