/* SPDX-License-Identifier: Apache-2.0 */
#include "block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

enum { DEPTH_MAX = 16 }; /* of one thread, one inside of the other: the innermost are kept */

struct blocked {
	size_t depth;
	struct block of[DEPTH_MAX];
};

static struct blocked *find(const struct u64map *blocks, uint32_t tid)
{
	const uint64_t *known = blocks->count != 0 ? u64map_get(blocks, tid) : NULL;

	return known != NULL ? (struct blocked *)(uintptr_t)*known : NULL;
}

static void take_out(struct blocked *blocked, size_t at)
{
	blocked->depth--;
	memmove(&blocked->of[at], &blocked->of[at + 1],
		(blocked->depth - at) * sizeof(blocked->of[0]));
}

static void unblock(struct blocked *blocked, const struct collect_event *event)
{
	for (size_t at = blocked->depth; at-- > 0;) {
		if (blocked->of[at].kind != event->kind ||
		    blocked->of[at].subject != event->subject)
			continue;
		take_out(blocked, at);
		return;
	}
}

int block_told(struct image *image, const struct collect_event *event)
{
	struct blocked *blocked = find(&image->things.blocks, event->tid);

	if (event->op == TRACK_OP_UNBLOCK) {
		if (blocked != NULL)
			unblock(blocked, event);
		return 0;
	}
	if (blocked == NULL) {
		blocked = calloc(1, sizeof(*blocked));
		if (blocked == NULL ||
		    u64map_put(&image->things.blocks, event->tid, (uintptr_t)blocked) != 0) {
			free(blocked);
			return -ENOMEM;
		}
	}
	if (blocked->depth == DEPTH_MAX)
		take_out(blocked, 0);
	blocked->of[blocked->depth++] = (struct block){
		.kind = event->kind,
		.subject = event->subject,
		.text = thing_told(image, event).text,
		.time_ns = event->time_ns,
		.stack = image_stack(image, event->stack),
	};
	return 0;
}

const struct block *block_innermost(const struct u64map *blocks, uint32_t tid)
{
	const struct blocked *blocked = find(blocks, tid);

	return blocked != NULL && blocked->depth > 0 ? &blocked->of[blocked->depth - 1] : NULL;
}

void block_forget(struct u64map *blocks, uint32_t tid)
{
	struct blocked *blocked = find(blocks, tid);

	if (blocked == NULL)
		return;
	u64map_remove(blocks, tid);
	free(blocked);
}

void blocks_finish(struct u64map *blocks)
{
	size_t cursor = 0;
	uint64_t tid, value;

	while (u64map_next(blocks, &cursor, &tid, &value))
		free((void *)(uintptr_t)value);
	u64map_finish(blocks);
}
