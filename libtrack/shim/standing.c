/* SPDX-License-Identifier: Apache-2.0 */
#include "standing.h"
#include "clock.h"
#include "lock_birth.h"
#include "lock_order.h"
#include "stack.h"
#include "tables.h"

#include <string.h>

#define ABANDONED_MAX 64	/* places of threads that ended and hold locks */
#define SIGNAL_FRAME_BYTES 1024 /* at least */
#define SEARCHED_MAX 256u	/* places that are searched for a lock that somebody else took */

static uint32_t places_end; /* one above the highest that was ever taken */
static uint32_t abandoned;

/* In a forked child: what its thread holds. There is only one. */
static struct {
	uint32_t count;
	struct track_held held[TRACK_HELD_MAX];
} kept;

struct writer *standing_writer_slowly(void)
{
	if (!writer_thread.writer || !writers_guard ||
	    !__atomic_load_n(writers_guard, __ATOMIC_ACQUIRE))
		return NULL;
	struct writer *writer = writer_get_slowly();
	return writer && writer->standing ? writer : NULL;
}

static void set_wait(struct track_standing *standing, const struct standing_wait *wait,
		     uint64_t since_ns)
{
	uint32_t was = standing_begin(standing);
	standing->wait = wait->wait;
	standing->flags = wait->timed ? TRACK_STANDING_TIMED : 0;
	standing->call = (uint16_t)wait->call;
	standing->subject = wait->subject;
	standing->other = wait->other;
	standing->stack = wait->stack;
	standing->since_ns = since_ns;
	standing_end(standing, was);
}

static const struct standing_wait no_wait = {.wait = TRACK_WAIT_NONE};

void standing_take(struct writer *writer)
{
	uint32_t index = writer_index(writer);
	struct track_standing *standing = tables_standing(index);
	writer->blocked_at = 0;
	writer->slow_stacks = 0;
	writer->standing = standing;
	if (!standing)
		return;
	uint32_t was = standing_begin(standing);
	standing->held_count = 0;
	set_wait(standing, &no_wait, 0);
	standing->tid = writer->tid;
	standing_end(standing, was);
	uint32_t end = __atomic_load_n(&places_end, __ATOMIC_RELAXED);
	while (end <= index && !__atomic_compare_exchange_n(&places_end, &end, index + 1, false,
							    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static uint32_t readable(const struct track_standing *standing)
{
	return standing->held_count < TRACK_HELD_MAX ? standing->held_count : TRACK_HELD_MAX;
}

static bool holds_any(const struct track_standing *standing)
{
	for (uint32_t i = 0; i < readable(standing); i++)
		if (standing->held[i].lock)
			return true;
	return false;
}

bool standing_leave(struct writer *writer)
{
	struct track_standing *standing = writer->standing;
	if (!standing)
		return true;
	writer->standing = NULL;
	if (unlikely(holds_any(standing)) &&
	    __atomic_fetch_add(&abandoned, 1, __ATOMIC_RELAXED) < ABANDONED_MAX) {
		set_wait(standing, &no_wait, 0);
		return false;
	}
	uint32_t was = standing_begin(standing);
	standing->tid = 0;
	standing->held_count = 0;
	set_wait(standing, &no_wait, 0);
	standing_end(standing, was);
	return true;
}

/* The spool's pages are the parent's, who goes on: so not from there, in the child. */
void standing_before_fork(void)
{
	struct writer *writer = standing_writer();
	if (!writer)
		return;
	writer->forked_count = readable(writer->standing);
	memcpy(writer->forked, writer->standing->held, writer->forked_count * sizeof(*kept.held));
}

void standing_keep(bool prepared)
{
	const struct writer *writer = writer_thread.writer;
	kept.count = prepared && writer ? writer->forked_count : 0;
	if (kept.count)
		memcpy(kept.held, writer->forked, kept.count * sizeof(*kept.held));
	places_end = 0;
	abandoned = 0;
}

static void push_as_it_was(struct track_standing *standing, const struct track_held *held)
{
	standing_push(standing, held->lock, (enum track_wait)held->mode, held->caller,
		      held->since_ns);
	standing->held[standing->held_count - 1].depth = held->depth;
}

void standing_restore(struct writer *writer)
{
	for (uint32_t i = 0; writer->standing && i < kept.count; i++)
		push_as_it_was(writer->standing, &kept.held[i]);
	kept.count = 0;
}

/*
 * Whether the thread is not inside of the call that is told to wait: a handler left that by
 * longjmp. A handler that runs inside lies below what the kernel saves for it.
 */
static bool is_outside(const struct writer *writer, uintptr_t frame)
{
	return frame > writer->blocked_at - SIGNAL_FRAME_BYTES && stack_is_own(frame);
}

/* A futex inside of a wait that a pack tells is what that wait is made of: no call of libc waits.
 */
static bool is_part(const struct writer *writer, const struct standing_wait *wait,
		    const uint64_t *frame)
{
	return wait->wait == TRACK_WAIT_FUTEX && writer->standing->wait &&
	       writer->standing->call == TRACK_CALL_none && (uintptr_t)frame < writer->blocked_at &&
	       stack_is_own((uintptr_t)frame);
}

/* As far as it can be taken here: else who called, at least. */
static uint64_t stack_of(struct writer *writer, const uint64_t *frame)
{
	const struct trail_start caller = {
		.ip = frame[1], .sp = (uintptr_t)(frame + 2), .bp = frame[0]};
	uint64_t stack = stack_record_from(writer, &caller);
	return stack ? stack : stack_record_one(writer, caller.ip);
}

void standing_block(struct standing_block *block, struct writer *writer,
		    const struct standing_wait *wait, const uint64_t *frame)
{
	struct track_standing *standing = writer ? writer->standing : NULL;
	struct standing_wait now = *wait;
	block->writer = standing && !is_part(writer, wait, frame) ? writer : NULL;
	if (!block->writer)
		return;
	if (unlikely(writer->repeats.begun))
		writer_reveal(writer);
	if (!now.stack)
		now.stack = stack_of(writer, frame);
	block->outer_at = 0;
	block->outer = no_wait;
	if (unlikely(standing->wait) && !is_outside(writer, (uintptr_t)frame)) {
		block->outer_at = writer->blocked_at;
		block->outer_since_ns = standing->since_ns;
		block->outer = (struct standing_wait){
			.wait = (enum track_wait)standing->wait,
			.call = (enum track_call)standing->call,
			.subject = standing->subject,
			.other = standing->other,
			.timed = standing->flags & TRACK_STANDING_TIMED,
			.stack = standing->stack,
		};
	}
	writer->blocked_at = (uintptr_t)frame;
	set_wait(standing, &now, clock_ns());
}

void standing_unblock(const struct standing_block *block)
{
	/* In a child that a handler forked in the middle, it is another one. */
	struct writer *writer = standing_writer();
	if (!writer || writer != block->writer)
		return;
	writer->blocked_at = block->outer_at;
	set_wait(writer->standing, &block->outer, block->outer_at ? block->outer_since_ns : 0);
}

static struct track_held *find(struct track_standing *standing, uint64_t lock)
{
	for (uint32_t i = readable(standing); i-- > 0;)
		if (standing->held[i].lock == lock)
			return &standing->held[i];
	return NULL;
}

/* It is outside of any wait that is told, or takes what it waited for. */
static void hold(struct writer *writer, const struct track_held *held, bool awaited)
{
	struct track_standing *standing = writer->standing;
	struct track_held *again = find(standing, held->lock);
	if (again) {
		uint32_t was = standing_begin(standing);
		again->depth++;
		standing_end(standing, was);
		return;
	}
	if (awaited && standing->held_count)
		lock_order_tell(standing, held);
	standing_push(standing, held->lock, (enum track_wait)held->mode, held->caller,
		      held->since_ns);
}

void standing_hold_more(struct writer *writer, uint64_t lock, enum track_wait mode, uint64_t caller,
			bool awaited)
{
	const struct track_held held = {
		.lock = lock, .caller = caller, .since_ns = clock_coarse_ns(), .mode = mode};
	if (writer->standing->wait && is_outside(writer, (uintptr_t)__builtin_frame_address(0)))
		set_wait(writer->standing, &no_wait, 0);
	hold(writer, &held, awaited);
}

void standing_hold_now(struct writer *writer, const void *lock, enum track_wait mode,
		       uint64_t caller)
{
	const struct track_held held = {
		.lock = (uintptr_t)lock, .caller = caller, .since_ns = clock_ns(), .mode = mode};
	if (writer->standing)
		hold(writer, &held, true);
}

/* What it was stays above the others, for standing_undrop. */
static void take_out(struct track_standing *standing, struct track_held *held)
{
	uint32_t was = standing_begin(standing), count = readable(standing);
	struct track_held *last = &standing->held[count - 1];
	const struct track_held gone = *held;
	for (; held < last; held++) {
		*held = held[1];
		__asm__ volatile("" ::: "memory"); /* no call of memmove */
	}
	*last = gone;
	if (standing->held_count > TRACK_HELD_MAX)
		last->lock = 0; /* one that has no entry is in its place */
	standing->held_count--;
	standing_end(standing, was);
}

/* One that another thread took, which will not give it back any more. */
static void take_out_elsewhere(const struct writer *writer, uint64_t lock)
{
	uint32_t end = __atomic_load_n(&places_end, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < end && i < SEARCHED_MAX; i++) {
		struct track_standing *standing = tables_standing(i);
		struct track_held *held =
			standing && standing != writer->standing ? find(standing, lock) : NULL;
		uint64_t expected = lock;
		if (held)
			__atomic_compare_exchange_n(&held->lock, &expected, 0, false,
						    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
}

enum standing_dropped standing_drop_deeper(struct writer *writer, uint64_t lock)
{
	struct track_standing *standing = writer->standing;
	struct track_held *held = find(standing, lock);
	if (held && held->depth > 1) {
		uint32_t was = standing_begin(standing);
		held->depth--;
		standing_end(standing, was);
		return STANDING_ONE_LESS;
	}
	if (held) {
		take_out(standing, held);
		return STANDING_DROPPED;
	}
	/* Of those that have no entry, or somebody else's. */
	held = standing->held_count ? find(standing, 0) : NULL;
	if (standing->held_count > TRACK_HELD_MAX)
		standing->held_count--;
	else if (held)
		take_out(standing, held);
	else
		take_out_elsewhere(writer, lock);
	return STANDING_UNKNOWN;
}

void standing_undrop(struct writer *writer, const void *lock, enum standing_dropped dropped)
{
	struct track_standing *standing = writer->standing;
	if (!standing || dropped == STANDING_UNKNOWN)
		return;
	struct track_held *held = dropped == STANDING_ONE_LESS
					  ? find(standing, (uintptr_t)lock)
					  : &standing->held[readable(standing)];
	if (!held || held == &standing->held[TRACK_HELD_MAX] || held->lock != (uintptr_t)lock)
		return;
	uint32_t was = standing_begin(standing);
	held->depth += dropped == STANDING_ONE_LESS;
	standing->held_count += dropped == STANDING_DROPPED;
	standing_end(standing, was);
}

void standing_inherit(struct writer *writer, const void *lock)
{
	take_out_elsewhere(writer, (uintptr_t)lock);
}

/* Whoever held what lay there. */
static void take_out_anywhere(uint64_t lock)
{
	/* In a child that has no spool of its own yet, the tables are its parent's. */
	struct writer *writer = standing_writer();
	struct track_held *held = writer ? find(writer->standing, lock) : NULL;
	if (unlikely(held))
		take_out(writer->standing, held);
	if (writer && unlikely(__atomic_load_n(&abandoned, __ATOMIC_RELAXED)))
		take_out_elsewhere(writer, lock);
}

void standing_renew(const void *lock)
{
	take_out_anywhere((uintptr_t)lock);
	lock_birth_renew((uintptr_t)lock);
}

void standing_forget(const void *lock)
{
	take_out_anywhere((uintptr_t)lock);
	lock_birth_forget((uintptr_t)lock);
}
