/* SPDX-License-Identifier: Apache-2.0 */
#include "stray.h"

#include <errno.h>
#include <stdlib.h>

#include "image.h"
#include "word.h"

/* One op on one kind. */
struct stray {
	uint64_t count;
	uint64_t subject, time_ns; /* of the first */
	int64_t stack;
};

enum { STRAYS = TRACK_OP__COUNT * TRACK_KIND__COUNT };

int strays_init(struct strays *strays)
{
	strays->items = calloc(STRAYS, sizeof(*strays->items));
	return strays->items != NULL ? 0 : -ENOMEM;
}

void stray_tell(struct image *image, const struct collect_event *event, unsigned kind,
		uint64_t subject)
{
	if (event->arg & TRACK_FROM_PACK)
		return; /* made inside of its library, by a call that passes no wrapper */
	struct stray *stray = &image->strays.items[event->op * TRACK_KIND__COUNT + kind];

	/* A fork's child has its parent's things, who was attached to his own; and what is
	 * forgotten was known once. */
	if (image->things.forgot || image->has_past || stray->count++ != 0)
		return;
	stray->subject = subject;
	stray->time_ns = event->time_ns;
	stray->stack = image_stack(image, event->stack);
}

int strays_write(const struct image *image)
{
	for (size_t i = 0; i < STRAYS; i++) {
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
