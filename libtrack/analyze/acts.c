/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdlib.h>

#include "image.h"
#include "word.h"

struct act_place {
	int64_t last; /* row */
	uint32_t rows;
	uint64_t more; /* that have none */
};

void acts_finish(struct acts *acts)
{
	size_t cursor = 0;
	uint64_t key, value;

	while (u64map_next(&acts->by_place, &cursor, &key, &value))
		free((struct act_place *)(uintptr_t)value);
	u64map_finish(&acts->by_place);
}

static int get_place(struct acts *acts, uint64_t key, struct act_place **ret_place)
{
	const uint64_t *known = u64map_get(&acts->by_place, key);
	struct act_place *place;

	if (known != NULL) {
		*ret_place = (struct act_place *)(uintptr_t)*known;
		return 0;
	}
	place = calloc(1, sizeof(*place));
	if (place == NULL || u64map_put(&acts->by_place, key, (uintptr_t)place) != 0) {
		free(place);
		return -ENOMEM;
	}
	*ret_place = place;
	return 0;
}

struct trace_act act_by(const struct image *image, const struct collect_event *event,
			const char *what)
{
	return (struct trace_act){
		.process_id = image->id,
		.kind = word_kind(event->kind),
		.subject = event->subject,
		.what = what,
		.time_ns = event->time_ns,
		.tid = event->tid,
		.stack_id = image_stack(image, event->stack),
		.call = word_call(event->call),
	};
}

int acts_admit(struct image *image, const struct trace_act *act, uint64_t alike,
	       struct act_place **ret_place)
{
	uint64_t key = fnv_text(FNV_START, act->what);
	struct act_place *place = NULL;
	int error;

	key = fnv_bytes(key, &act->stack_id, sizeof(act->stack_id));
	error = get_place(&image->acts, fnv_bytes(key, &alike, sizeof(alike)), &place);
	if (error != 0)
		return error;
	image->acts.latest = place;
	if (place->rows == ACTS_MAX) {
		place->more++;
		place = NULL;
	}
	*ret_place = place;
	return 0;
}

int acts_add(struct image *image, struct act_place *place, struct trace_act *act)
{
	int error = trace_put_act(image->book->trace, act);

	if (error != 0)
		return error;
	place->last = act->id;
	place->rows++;
	return 0;
}

void acts_add_more(struct act_place *place, uint64_t count)
{
	place->more += count;
}

int acts_write(const struct image *image)
{
	size_t cursor = 0;
	uint64_t key, value;
	int error = 0;

	while (error == 0 && u64map_next(&image->acts.by_place, &cursor, &key, &value)) {
		const struct act_place *place = (const struct act_place *)(uintptr_t)value;

		if (place->more > 0)
			error = trace_add_act_more(image->book->trace, place->last, place->more);
	}
	return error;
}
