/* SPDX-License-Identifier: Apache-2.0 */
#include "standing.h"

#include <base/fnv.h>
#include <errno.h>

#include "block.h"
#include "extent.h"
#include "image.h"
#include "word.h"

struct writing {
	struct image *image;
	struct trace *trace;
	uint64_t time_ns;
	struct u64map lives; /* tid -> struct life *, of the threads that are not done */
	struct u64map met;   /* tids whose standing was written */
};

/* A stack of one frame; 0: none. */
static int add_caller(struct writing *writing, uint64_t address, int64_t *ret_stack)
{
	uint64_t hash = fnv_bytes(FNV_START, &address, sizeof(address));
	int error;

	if (address == 0) {
		*ret_stack = 0;
		return 0;
	}
	error = image_add_stack(writing->image, hash, writing->time_ns, &address, 1);
	if (error == 0)
		*ret_stack = image_stack(writing->image, hash);
	return error;
}

static int keep(struct life *life, int64_t *ret_id)
{
	return life != NULL ? life_keep(life, ret_id) : 0;
}

/* The thread or descriptor that it waits for. */
static struct life *find_target(struct image *image, const struct collect_standing *standing)
{
	if (standing->wait == TRACK_WAIT_THREAD)
		return life_of(image, TRACK_KIND_THREAD, standing->subject);
	if (standing->wait == TRACK_WAIT_DESCRIPTOR)
		return life_of(image, TRACK_KIND_FD, standing->subject);
	return NULL;
}

/* Also of what is over: a timer that fired is waited for until its function returned. */
static struct life *find_told(struct image *image, const struct block *block)
{
	struct thing *thing =
		thing_is_kind(block->kind) ? thing_find(image, block->kind, block->subject) : NULL;

	return thing != NULL ? &thing->life : life_of(image, block->kind, block->subject);
}

static int describe_told(struct image *image, const struct block *block, struct trace_standing *row)
{
	if (block == NULL)
		return 0;
	row->told_kind = word_kind(block->kind);
	row->told_subject = block->subject;
	row->told_text = block->text;
	row->told_ns = block->time_ns;
	row->told_stack = block->stack;
	return keep(find_told(image, block), &row->told_id);
}

static int describe(struct writing *writing, const struct collect_standing *standing,
		    struct trace_standing *ret_row)
{
	struct image *image = writing->image;
	const uint64_t *life = u64map_get(&writing->lives, standing->tid);
	struct trace_standing row = {
		.process_id = image->id,
		.tid = standing->tid,
		.time_ns = writing->time_ns,
		.wait = word_wait(standing->wait),
		.timed = (standing->flags & TRACK_STANDING_TIMED) != 0,
		.ended = (standing->flags & TRACK_STANDING_ENDED) != 0,
		.call = standing->call != TRACK_CALL_none ? word_call(standing->call) : NULL,
		.subject = standing->subject,
		.other = standing->other,
		.since_ns = standing->since_ns,
		.stack_id = image_stack(image, standing->stack),
	};
	int error = life != NULL ? keep((struct life *)(uintptr_t)*life, &row.thread_id) : 0;

	if (error == 0)
		error = keep(find_target(image, standing), &row.target_id);
	if (error == 0)
		error = describe_told(image, block_innermost(&image->things.blocks, standing->tid),
				      &row);
	*ret_row = row;
	return error;
}

static int write_held(struct writing *writing, int64_t id, const struct collect_standing *standing)
{
	int error = 0;

	for (size_t i = 0; i < standing->held_count && error == 0; i++) {
		const struct track_held *held = &standing->held[i];
		struct trace_held row = {
			.standing_id = id,
			.position = (int)i,
			.lock = held->lock,
			.mode = word_wait(held->mode),
			.depth = held->depth,
			.since_ns = held->since_ns,
		};

		error = add_caller(writing, held->caller, &row.stack_id);
		if (error == 0)
			error = trace_add_held(writing->trace, &row);
	}
	return error;
}

static int write_inside(struct writing *writing, int64_t id, uint32_t tid)
{
	const struct u64map *extents = &writing->image->things.extents;
	struct extent_step step;
	int error = 0;

	for (size_t i = 0; error == 0 && extent_step(extents, tid, i, &step); i++) {
		struct trace_inside row = {
			.standing_id = id, .position = (int)i, .closing = step.closing_ns != 0};

		error = life_keep(&step.thing->life, &row.resource_id);
		if (error == 0)
			error = trace_add_inside(writing->trace, &row);
	}
	return error;
}

static int write_standing(struct writing *writing, const struct collect_standing *standing)
{
	struct things *things = &writing->image->things;
	struct extent_step innermost;
	struct trace_standing row;
	int64_t id;
	int error;

	if (standing->wait == TRACK_WAIT_NONE && standing->held_count == 0 &&
	    standing->stack == 0 && !extent_step(&things->extents, standing->tid, 0, &innermost) &&
	    block_innermost(&things->blocks, standing->tid) == NULL)
		return 0;
	error = describe(writing, standing, &row);
	if (error == 0)
		error = trace_add_standing(writing->trace, &row, &id);
	if (error == 0)
		error = write_held(writing, id, standing);
	return error != 0 ? error : write_inside(writing, id, standing->tid);
}

/* Of these threads nothing else is known than what records told. */
static int write_others(struct writing *writing, const struct u64map *tids)
{
	size_t cursor = 0;
	uint64_t tid, value;
	int error = 0;

	while (error == 0 && u64map_next(tids, &cursor, &tid, &value)) {
		struct collect_standing standing = {.tid = (uint32_t)tid};

		if (u64map_get(&writing->met, tid) != NULL)
			continue;
		error = write_standing(writing, &standing);
		if (error == 0)
			error = u64map_put(&writing->met, tid, 0);
	}
	return error;
}

static int write_threads(struct writing *writing, const struct collect_standings *standings)
{
	int error = threads_running(writing->image, &writing->lives);

	for (size_t i = 0; i < standings->thread_count && error == 0; i++) {
		error = write_standing(writing, &standings->threads[i]);
		if (error == 0)
			error = u64map_put(&writing->met, standings->threads[i].tid, 0);
	}
	if (error == 0)
		error = write_others(writing, &writing->image->things.extents);
	return error != 0 ? error : write_others(writing, &writing->image->things.blocks);
}

static int write_wakers(struct writing *writing, const struct collect_standings *standings)
{
	int error = 0;

	for (size_t i = 0; i < standings->waker_count && error == 0; i++) {
		const struct track_waker *waker = &standings->wakers[i];
		struct trace_waker row = {
			.process_id = writing->image->id,
			.subject = waker->subject,
			.tid = waker->tid,
			.time_ns = waker->time_ns,
			.count = waker->count,
		};

		error = add_caller(writing, waker->caller, &row.stack_id);
		if (error == 0)
			error = trace_add_waker(writing->trace, &row);
	}
	return error;
}

static int write_orders(struct writing *writing, const struct collect_standings *standings)
{
	int error = 0;

	for (size_t i = 0; i < standings->order_count && error == 0; i++) {
		const struct track_lock_order *order = &standings->orders[i];
		struct trace_lock_order row = {
			.process_id = writing->image->id,
			.first = order->first,
			.second = order->second,
			.first_birth = order->first_birth,
			.second_birth = order->second_birth,
			.guard = order->guard,
			.tid = order->tid,
			.many = (order->flags & TRACK_LOCK_ORDER_MANY) != 0,
		};

		error = add_caller(writing, order->first_caller, &row.first_stack);
		if (error == 0)
			error = add_caller(writing, order->second_caller, &row.second_stack);
		if (error == 0)
			error = trace_add_lock_order(writing->trace, &row);
	}
	return error;
}

int standings_write(struct image *image, const struct collect_standings *standings)
{
	struct writing writing = {
		.image = image,
		.trace = image->book->trace,
		.time_ns = standings->time_ns,
	};
	int error = image->stood ? trace_clear_standings(writing.trace, image->id) : 0;

	image->stood = true;
	/* Who looks in the middle wants to know what is alive, and by whom it is held. */
	if (error == 0 && standings->goes_on)
		error = thing_settle(image);
	if (error == 0)
		error = write_threads(&writing, standings);
	if (error == 0)
		error = write_wakers(&writing, standings);
	if (error == 0)
		error = write_orders(&writing, standings);
	u64map_finish(&writing.lives);
	u64map_finish(&writing.met);
	return error;
}
