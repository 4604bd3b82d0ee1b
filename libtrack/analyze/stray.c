/* SPDX-License-Identifier: Apache-2.0 */
#include "stray.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "word.h"

/* One op on one kind. */
struct stray {
	uint64_t count;
	uint64_t subject, time_ns; /* of the first */
	int64_t stack;
};

enum { STRAYS = TRACK_OP__COUNT * TRACK_KIND__COUNT };

/* clang-format off */
static const bool presumes_life[TRACK_OP__COUNT] = {
#define TRACK_OP(id, name, sayer, living, stack, turns) [TRACK_OP_##id] = living,
#include <track/ops.def>
#undef TRACK_OP
};
/* clang-format on */

/* To give up a registration that is none is everyday caution too. */
static bool presumes(const struct collect_event *event)
{
	return presumes_life[event->op] &&
	       !(event->op == TRACK_OP_DESTROY && event->kind == TRACK_KIND_CALLBACK);
}

static bool is_unknown(const struct image *image, unsigned kind, uint64_t subject)
{
	return thing_is_kind(kind) && thing_find(image, kind, subject) == NULL;
}

static int add(struct image *image, const struct collect_event *event, unsigned kind,
	       uint64_t subject)
{
	struct strays *strays = &image->strays;
	struct stray *stray;

	if (strays->items == NULL)
		strays->items = calloc(STRAYS, sizeof(*strays->items));
	if (strays->items == NULL)
		return -ENOMEM;
	stray = &strays->items[event->op * TRACK_KIND__COUNT + kind];
	if (stray->count++ != 0)
		return 0;
	stray->subject = subject;
	stray->time_ns = event->time_ns;
	stray->stack = image_stack(image, event->stack);
	return 0;
}

int strays_look(struct image *image, const struct collect_event *event)
{
	struct track_relation relation;

	/* A fork's child has its parent's things; and what is forgotten was known once. */
	if (!presumes(event) || image->forked || image->things.forgot)
		return 0;
	if (is_unknown(image, event->kind, event->subject))
		return add(image, event, event->kind, event->subject);
	if ((event->op != TRACK_OP_OWN && event->op != TRACK_OP_NEEDS) ||
	    event->data_bytes < sizeof(relation))
		return 0;
	memcpy(&relation, event->data, sizeof(relation));
	if (relation.other == 0 || !is_unknown(image, relation.other_kind, relation.other))
		return 0;
	return add(image, event, relation.other_kind, relation.other);
}

int strays_write(const struct image *image)
{
	for (size_t i = 0; image->strays.items != NULL && i < STRAYS; i++) {
		const struct stray *stray = &image->strays.items[i];
		struct trace_stray row = {
			.process_id = image->id,
			.op = word_op(i / TRACK_KIND__COUNT),
			.kind = word_kind(i % TRACK_KIND__COUNT),
			.count = stray->count,
			.subject = stray->subject,
			.stack_id = stray->stack,
			.time_ns = stray->time_ns,
		};
		int error = stray->count != 0 ? trace_add_stray(image->book->trace, &row) : 0;

		if (error != 0)
			return error;
	}
	return 0;
}

void strays_finish(struct strays *strays)
{
	free(strays->items);
}
