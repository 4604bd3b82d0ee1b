/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "leak_chain.h"

/* Upward from a scope and the objects that it is made of: who refers to these, and to those. */
struct climb {
	const struct leaks *leaks;
	size_t *queue;
	size_t count;
	bool *seen;
};

static void see(struct climb *climb, size_t index)
{
	if (climb->seen[index])
		return;
	climb->seen[index] = true;
	climb->queue[climb->count++] = index;
}

static void begin(struct climb *climb, size_t scope)
{
	const struct leaks *leaks = climb->leaks;
	const struct survivor *closing = leaks_at(leaks, scope);

	see(climb, scope);
	for (size_t i = 0; i < leaks->survivors.count; i++) {
		const struct survivor *memory = leaks_at(leaks, i);

		if (memory->owner == scope && memory->kind == TRACK_KIND_OBJECT &&
		    survivor_is_alive(memory) &&
		    strcmp(memory->class_name, closing->class_name) == 0)
			see(climb, i);
	}
	/* It may be the other way round: the object has the scope. */
	if (closing->owner != SURVIVOR_NONE && survivor_is_alive(leaks_at(leaks, closing->owner)) &&
	    strcmp(leaks_at(leaks, closing->owner)->class_name, closing->class_name) == 0)
		see(climb, closing->owner);
}

static void climb_up(struct climb *climb)
{
	const struct links *links = &climb->leaks->links;

	for (size_t done = 0; done < climb->count; done++) {
		size_t kept = climb->queue[done];

		for (size_t i = links->first_up[kept]; i < links->first_up[kept + 1]; i++)
			if (!links->up[i].owns)
				see(climb, links->up[i].keeper);
	}
}

/* Somebody who is not followed, or nobody who was named, has it still. */
static bool is_held_outside(const struct leaks *leaks, const struct survivor *survivor)
{
	for (size_t i = 0; i < survivor->reference_count; i++) {
		const struct survivor_reference *reference =
			&leaks->survivors.references[survivor->first_reference + i];

		if (!reference->waker && (reference->holder == SURVIVOR_NONE ||
					  !survivor_is_alive(leaks_at(leaks, reference->holder))))
			return true;
	}
	return false;
}

/* A leak's head explains more than what is merely held. */
static size_t choose(const struct climb *climb)
{
	const struct leaks *leaks = climb->leaks;

	for (size_t i = 0; i < leaks->count; i++) {
		size_t head = leaks->items[i].head;

		if (climb->seen[head] && leaks_at(leaks, head)->kind == TRACK_KIND_OBJECT)
			return head;
	}
	for (size_t i = climb->count; i-- > 0;) {
		const struct survivor *survivor = leaks_at(leaks, climb->queue[i]);

		if (survivor->kind == TRACK_KIND_OBJECT && is_held_outside(leaks, survivor))
			return climb->queue[i];
	}
	return SURVIVOR_NONE;
}

int hang_kept_find(const struct leaks *leaks, int64_t scope_id, size_t *ret_kept)
{
	size_t count = leaks->survivors.count;
	size_t scope = survivors_find(&leaks->survivors, scope_id);
	struct climb climb = {.leaks = leaks};
	int error = -ENOMEM;

	*ret_kept = SURVIVOR_NONE;
	if (scope == SURVIVOR_NONE)
		return 0;
	climb.queue = calloc(count + 1, sizeof(size_t));
	climb.seen = calloc(count + 1, sizeof(bool));
	if (climb.queue != NULL && climb.seen != NULL) {
		begin(&climb, scope);
		climb_up(&climb);
		*ret_kept = choose(&climb);
		error = 0;
	}
	free(climb.queue);
	free(climb.seen);
	return error;
}
