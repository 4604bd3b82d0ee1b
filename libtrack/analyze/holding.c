/* SPDX-License-Identifier: Apache-2.0 */
#include "holding.h"

#include <errno.h>
#include <stdlib.h>
#include <track/track.h>

#include "image.h"
#include "word.h"

enum { SWEPT_LEAST = 64 }; /* so many may be given back and still be told of */

struct holding {
	struct holding *next; /* taken before */
	struct thing *thing;  /* who holds; NULL: nothing that is followed */
	const char *tag;
	uint64_t subject;
	uint8_t kind;
	bool waker;
	int64_t stack, released_stack;
	uint64_t retained, released;
	uint64_t first_ns, last_ns;
};

static bool is_of(const struct holding *holding, const struct holder *holder)
{
	return holding->tag == holder->tag && holding->subject == holder->subject &&
	       holding->kind == holder->kind && holding->thing == holder->thing;
}

static bool is_given_back(const struct holding *holding)
{
	return holding->retained == holding->released;
}

static void destroy(struct holding *holding)
{
	thing_drop(holding->thing);
	free(holding);
}

/* What lives long is held by very many, one after another. */
static void sweep(struct thing *thing)
{
	struct holding **at = &thing->holdings;

	if (thing->holding_count < thing->holding_limit)
		return;
	while (*at != NULL) {
		struct holding *holding = *at;

		if (!is_given_back(holding)) {
			at = &holding->next;
			continue;
		}
		*at = holding->next;
		destroy(holding);
		thing->holding_count--;
	}
	thing->holding_limit = 2 * thing->holding_count + SWEPT_LEAST;
}

static struct holding *make(struct thing *thing, const struct holder *holder,
			    const struct collect_event *event, int64_t stack)
{
	struct holding *holding = calloc(1, sizeof(*holding));

	if (holding == NULL)
		return NULL;
	sweep(thing);
	*holding = (struct holding){
		.next = thing->holdings,
		.thing = holder->thing != NULL ? thing_hold(holder->thing) : NULL,
		.tag = holder->tag,
		.subject = holder->subject,
		.kind = (uint8_t)holder->kind,
		.waker = (event->arg & TRACK_WAKER) != 0,
		.stack = stack,
		.first_ns = event->time_ns,
		.last_ns = event->time_ns,
	};
	thing->holdings = holding;
	thing->holding_count++;
	return holding;
}

int holding_retain(struct thing *thing, const struct holder *holder,
		   const struct collect_event *event, int64_t stack)
{
	struct holding *at = thing->holdings;

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
 * The last one taken that is still held: of this holder and purpose, or of the purpose alone, or
 * of any. A reference that was passed on is given back by who got it.
 */
static struct holding *find_held(struct thing *thing, const struct holder *holder)
{
	struct holding *same_tag = NULL, *any = NULL;

	for (struct holding *at = thing->holdings; at != NULL; at = at->next) {
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

bool holding_release(struct thing *thing, const struct holder *holder, int64_t stack)
{
	struct holding *at = find_held(thing, holder);

	if (at == NULL)
		return false;
	if (at->tag != holder->tag)
		thing->life.image->counted[TRACK_NOTE_OTHER_TAG]++;
	at->released++;
	at->released_stack = stack;
	thing->refs--;
	return true;
}

uint64_t holding_wakers(const struct thing *thing)
{
	uint64_t wakers = 0;

	for (const struct holding *at = thing->holdings; at != NULL; at = at->next)
		if (at->waker)
			wakers += at->retained - at->released;
	return wakers;
}

/*
 * A timer that was armed anew is another life, and holds what it held; so does a holder that was
 * told of later than what it holds.
 */
static struct thing *holder_now(const struct thing *thing, const struct holding *holding)
{
	struct thing *now = holding->thing;

	if (now != NULL && (now->alive || holding->kind != TRACK_KIND_TIMER))
		return now;
	if (holding->subject == 0 || !thing_is_kind(holding->kind))
		return now;
	now = thing_find(thing->life.image, holding->kind, holding->subject);
	return now != NULL && now->alive ? now : holding->thing;
}

static int write_one(const struct thing *thing, const struct holding *holding)
{
	struct thing *holder = holder_now(thing, holding);
	bool is_named = holding->subject != 0;
	struct trace_reference row = {
		.resource_id = thing->life.id,
		.holder_kind = is_named ? word_kind(holding->kind) : NULL,
		.holder_subject = holding->subject,
		.tag = holding->tag,
		.waker = holding->waker,
		.stack_id = holding->stack,
		.retained = holding->retained,
		.released = holding->released,
		.first_ns = holding->first_ns,
		.last_ns = holding->last_ns,
		.released_stack = holding->released_stack,
	};
	int error = 0;

	if (holder != NULL)
		error = life_keep(&holder->life, &row.holder_id);
	return error != 0 ? error : trace_put_reference(thing->life.image->book->trace, &row);
}

int holdings_write(struct thing *thing)
{
	int error =
		thing->holdings != NULL
			? trace_delete_references(thing->life.image->book->trace, thing->life.id)
			: 0;

	for (const struct holding *at = thing->holdings; at != NULL && error == 0; at = at->next)
		error = write_one(thing, at);
	return error;
}

void holdings_finish(struct thing *thing)
{
	while (thing->holdings != NULL) {
		struct holding *next = thing->holdings->next;

		destroy(thing->holdings);
		thing->holdings = next;
	}
	thing->holding_count = 0;
	thing->holding_limit = 0;
}
