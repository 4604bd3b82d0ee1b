/* SPDX-License-Identifier: Apache-2.0 */
#include "closer.h"

#include <errno.h>
#include <stdlib.h>

#include "image.h"
#include "word.h"

/*
 * So many neighbours in a row are a sweep, whatever they were; fewer are one if
 * some were never open, or some closes succeeded and others not.
 */
enum { SWEEP_CERTAIN = 16, SWEEP_LEAST = 3 };

static const char bad_close[] = "bad-close";
static const char sweep_close[] = "sweep-close";

void closers_finish(struct closers *closers)
{
	size_t cursor = 0;
	uint64_t tid, value;

	while (u64map_next(&closers->by_tid, &cursor, &tid, &value)) {
		struct closer *closer = (struct closer *)(uintptr_t)value;

		if (closer->pending.life != NULL)
			life_finish(closer->pending.life);
		free(closer->pending.life);
		free(closer->held);
		free(closer);
	}
	u64map_finish(&closers->by_tid);
	closers->last = NULL;
}

struct closer *closers_find(const struct closers *closers, uint32_t tid)
{
	const uint64_t *known;

	if (closers->last != NULL && closers->last->tid == tid)
		return closers->last;
	known = u64map_get(&closers->by_tid, tid);
	return known != NULL ? (struct closer *)(uintptr_t)*known : NULL;
}

int closers_get(struct closers *closers, uint32_t tid, struct closer **ret_closer)
{
	struct closer *closer = closers_find(closers, tid);

	if (closer == NULL) {
		closer = calloc(1, sizeof(*closer));
		if (closer == NULL || u64map_put(&closers->by_tid, tid, (uintptr_t)closer) != 0) {
			free(closer);
			return -ENOMEM;
		}
		closer->tid = tid;
	}
	closers->last = closer;
	*ret_closer = closer;
	return 0;
}

void closers_drop(struct closers *closers, struct closer *closer)
{
	if (closers->last == closer)
		closers->last = NULL;
	u64map_remove(&closers->by_tid, closer->tid);
	free(closer->held);
	free(closer);
}

struct closer *closers_find_pending(const struct closers *closers, const struct closer *except,
				    uint64_t subject)
{
	size_t cursor = 0;
	uint64_t tid, value;

	while (u64map_next(&closers->by_tid, &cursor, &tid, &value)) {
		struct closer *closer = (struct closer *)(uintptr_t)value;

		if (closer != except && closer->pending.waits && closer->pending.seen &&
		    closer->pending.subject == subject && closer->pending.life == NULL &&
		    closer->pending.resource_id == 0)
			return closer;
	}
	return NULL;
}

static bool is_sweep(const struct closer *closer)
{
	return closer->run_told || closer->run_length >= SWEEP_CERTAIN ||
	       (closer->run_length >= SWEEP_LEAST && closer->run_mixed);
}

/* What was taken for bad closes at the start of a sweep is part of it. */
static int judge_run(struct closer *closer, struct image *image)
{
	if (!is_sweep(closer))
		return 0;
	for (; closer->held_count > 0; closer->held_count--) {
		struct trace_act *act = &closer->held[closer->held_count - 1];
		int error;

		act->what = sweep_close;
		error = trace_put_act(image->book->trace, act);
		if (error != 0)
			return error;
	}
	return 0;
}

int closer_step(struct closer *closer, struct image *image, const struct collect_event *event)
{
	uint64_t step = event->subject - closer->run_last;
	bool told = (TRACK_FD_ARG_FLAGS(event->arg) & TRACK_FD_SWEEP) != 0;
	bool adjacent = (step == 1 || step == UINT64_MAX) &&
			(closer->run_step == 0 || closer->run_step == step);

	if (closer->run_length > 0 && (adjacent || told) && closer->run_stack == event->stack) {
		closer->run_step = adjacent ? step : closer->run_step;
		closer->run_length++;
	} else {
		closer->run_stack = event->stack;
		closer->run_step = 0;
		closer->run_length = 1;
		closer->run_mixed = false;
		closer->run_told = false;
		closer->held_count = 0;
	}
	closer->run_told = closer->run_told || told;
	closer->run_last = event->subject;
	return closer->held_count > 0 ? judge_run(closer, image) : 0;
}

int closer_add_unknown(struct closer *closer, struct image *image)
{
	closer->run_mixed = true;
	return judge_run(closer, image);
}

int closer_add_bad(struct closer *closer, struct image *image, const struct closer_pending *close,
		   int error)
{
	struct trace_act act = {
		.process_id = image->id,
		.resource_id = close->resource_id,
		.kind = word_kind(TRACK_KIND_FD),
		.subject = close->subject,
		.what = is_sweep(closer) ? sweep_close : bad_close,
		.time_ns = close->time_ns,
		.tid = closer->tid,
		.stack_id = close->stack,
		.call = word_call(close->call),
		.error = error,
	};
	struct act_place *place = NULL;
	int result = acts_admit(image, &act, (uint64_t)close->resource_id, &place);

	if (result == 0 && place != NULL)
		result = acts_add(image, place, &act);
	if (result != 0 || place == NULL || is_sweep(closer))
		return result;
	if (closer->held == NULL)
		closer->held = calloc(SWEEP_CERTAIN, sizeof(*closer->held));
	if (closer->held == NULL)
		return -ENOMEM;
	if (closer->held_count < SWEEP_CERTAIN)
		closer->held[closer->held_count++] = act;
	return 0;
}
