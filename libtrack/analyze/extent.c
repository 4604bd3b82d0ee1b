/* SPDX-License-Identifier: Apache-2.0 */
#include "extent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "thing.h"

enum { DEPTH_MAX = 64 }; /* of deeper ones the innermost are kept */

struct extent {
	size_t depth;
	struct extent_step steps[DEPTH_MAX];
};

static struct extent *find(const struct u64map *extents, uint32_t tid)
{
	const uint64_t *known = u64map_get(extents, tid);

	return known != NULL ? (struct extent *)(uintptr_t)*known : NULL;
}

static void drop_outermost(struct extent *extent)
{
	thing_drop(extent->steps[0].thing);
	memmove(extent->steps, extent->steps + 1, (DEPTH_MAX - 1) * sizeof(extent->steps[0]));
	extent->depth--;
}

int extent_enter(struct u64map *extents, uint32_t tid, const struct extent_step *step)
{
	struct extent *extent = find(extents, tid);

	if (extent == NULL) {
		extent = calloc(1, sizeof(*extent));
		if (extent == NULL || u64map_put(extents, tid, (uintptr_t)extent) != 0) {
			free(extent);
			return -ENOMEM;
		}
	}
	/* Calls that were left by a longjmp stay until they are the outermost of too many. */
	if (extent->depth == DEPTH_MAX)
		drop_outermost(extent);
	thing_hold(step->thing);
	extent->steps[extent->depth++] = *step;
	return 0;
}

bool extent_step(const struct u64map *extents, uint32_t tid, size_t position,
		 struct extent_step *ret_step)
{
	const struct extent *extent = extents->count != 0 ? find(extents, tid) : NULL;

	if (extent == NULL || position >= extent->depth)
		return false;
	*ret_step = extent->steps[extent->depth - 1 - position];
	return true;
}

static void cut(struct extent *extent, size_t depth)
{
	while (extent->depth > depth)
		thing_drop(extent->steps[--extent->depth].thing);
}

static uint64_t closing_ns(const struct extent *extent)
{
	size_t at = 0;

	while (at < extent->depth && extent->steps[at].closing_ns == 0)
		at++;
	return at < extent->depth ? extent->steps[at].closing_ns : 0;
}

uint64_t extents_closing_ns(const struct u64map *extents)
{
	uint64_t tid, value, oldest_ns = 0;
	size_t cursor = 0;

	while (u64map_next(extents, &cursor, &tid, &value)) {
		uint64_t begun_ns = closing_ns((const struct extent *)(uintptr_t)value);

		if (begun_ns != 0 && (oldest_ns == 0 || begun_ns < oldest_ns))
			oldest_ns = begun_ns;
	}
	return oldest_ns;
}

/* Not the same life: a callback may be set anew while it is called. */
static bool is_of(const struct thing *thing, unsigned kind, uint64_t subject)
{
	return thing->life.kind == kind && thing->life.subject == subject;
}

void extent_leave(struct u64map *extents, uint32_t tid, unsigned kind, uint64_t subject)
{
	struct extent *extent = find(extents, tid);
	size_t depth = extent != NULL ? extent->depth : 0;

	while (depth > 0 && !is_of(extent->steps[depth - 1].thing, kind, subject))
		depth--;
	if (depth > 0)
		cut(extent, depth - 1);
}

/* The innermost call, if it is a scope's that is alive; NULL: it is not. */
static const struct extent_step *scope_step(const struct u64map *extents, uint32_t tid)
{
	const struct extent *extent = extents->count != 0 ? find(extents, tid) : NULL;
	const struct extent_step *top =
		extent != NULL && extent->depth > 0 ? &extent->steps[extent->depth - 1] : NULL;

	return top != NULL && top->thing->life.kind == TRACK_KIND_SCOPE && top->thing->alive ? top
											     : NULL;
}

struct thing *extent_scope(const struct u64map *extents, uint32_t tid)
{
	const struct extent_step *step = scope_step(extents, tid);

	return step != NULL ? step->thing : NULL;
}

static bool names(const char *classes, const char *class_name)
{
	size_t length = strlen(class_name);

	while (classes != NULL && *classes != '\0') {
		size_t word = strcspn(classes, ",");

		if (word == length && length != 0 && memcmp(classes, class_name, length) == 0)
			return true;
		classes += word + (classes[word] != '\0');
	}
	return false;
}

struct thing *extent_adopter(const struct u64map *extents, uint32_t tid, const char *class_name)
{
	const struct extent_step *step = scope_step(extents, tid);

	return step != NULL && names(step->adopts, class_name) ? step->thing : NULL;
}

static void destroy(struct extent *extent)
{
	cut(extent, 0);
	free(extent);
}

void extent_forget(struct u64map *extents, uint32_t tid)
{
	struct extent *extent = extents->count != 0 ? find(extents, tid) : NULL;

	if (extent == NULL)
		return;
	u64map_remove(extents, tid);
	destroy(extent);
}

void extents_finish(struct u64map *extents)
{
	size_t cursor = 0;
	uint64_t tid, value;

	while (u64map_next(extents, &cursor, &tid, &value))
		destroy((struct extent *)(uintptr_t)value);
	u64map_finish(extents);
}
