/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the calling thread stands (struct track_standing): the locks that it holds, what it waits
 * for. Written in place, in the spool: a lock that nobody else wants costs some stores.
 *
 * An entry of a lock goes before the real unlock, and comes after the real lock; a wait begins
 * before the real call, and ends after the lock that it was for is there. So a circle of threads
 * in tables that do not change is one.
 */
#ifndef SHIM_STANDING_H
#define SHIM_STANDING_H

#include "clock.h"
#include "writer.h"

/* Everything but the common case of what follows. */
struct writer *standing_writer_slowly(void);

/*
 * The calling thread's writer if it has one, and a standing; else NULL, and nothing is to be told.
 * None is claimed, as by writer_get: locks are used by threads that are nearly over, which would
 * keep theirs for ever.
 */
static inline struct writer *standing_writer(void)
{
	if (likely(!__atomic_load_n(&writers_sharers, __ATOMIC_ACQUIRE) && writer_thread.writer &&
		   writer_thread.writer->standing && !writer_thread.vfork &&
		   __atomic_load_n(writers_guard, __ATOMIC_RELAXED)))
		return writer_thread.writer;
	return standing_writer_slowly();
}

/* A thread gets its writer: from here on it stands. */
void standing_take(struct writer *writer);
/* It is over. false: it holds locks, so the place stays as it is. */
bool standing_leave(struct writer *writer);

/* Around a fork: what the thread holds, it holds in the child too. prepared: the first one ran. */
void standing_before_fork(void);
void standing_keep(bool prepared);
void standing_restore(struct writer *writer);

/* What a call waits for. */
struct standing_wait {
	enum track_wait wait;
	enum track_call call;
	uint64_t subject, other; /* as in struct track_standing */
	bool timed;
	uint64_t stack; /* 0: it is taken */
};

/* A call that waits: of the caller's, from standing_block to standing_unblock. */
struct standing_block {
	struct writer *writer;
	/* The wait that a signal handler interrupted. */
	uintptr_t outer_at;
	struct standing_wait outer;
	uint64_t outer_since_ns;
};

/*
 * The thread may have to wait from here on. frame: __builtin_frame_address(0) of the function that
 * the program called: its caller's stack is taken. writer may be NULL. errno is left alone.
 */
void standing_block(struct standing_block *block, struct writer *writer,
		    const struct standing_wait *wait, const uint64_t *frame);
/* It waits no more. After a cancellation too; left out where a handler leaves by longjmp. */
void standing_unblock(const struct standing_block *block);

/* What it is written by: odd meanwhile, also for a handler that comes in between. */
static inline uint32_t standing_begin(struct track_standing *standing)
{
	uint32_t was = standing->sequence;
	__atomic_store_n(&standing->sequence, was | 1, __ATOMIC_RELAXED);
	__asm__ volatile("" ::: "memory");
	return was;
}

static inline void standing_end(struct track_standing *standing, uint32_t was)
{
	__asm__ volatile("" ::: "memory");
	__atomic_store_n(&standing->sequence, was + (was & 1 ? 0 : 2), __ATOMIC_RELEASE);
}

/* A handler in between puts its own above, and takes them away. */
static inline void standing_push(struct track_standing *standing, uint64_t lock,
				 enum track_wait mode, uint64_t caller, uint64_t since_ns)
{
	uint32_t was = standing_begin(standing), count = standing->held_count;
	standing->held_count = count + 1;
	__asm__ volatile("" ::: "memory");
	if (likely(count < TRACK_HELD_MAX)) {
		struct track_held *held = &standing->held[count];
		held->lock = lock;
		held->caller = caller;
		held->since_ns = since_ns;
		held->mode = mode;
		held->depth = 1;
	}
	standing_end(standing, was);
}

/* Everything but the common case of what follows. */
void standing_hold_more(struct writer *writer, uint64_t lock, enum track_wait mode, uint64_t caller,
			bool awaited);

/*
 * It has taken a lock, or once more. mode: as in struct track_held. awaited: it would have waited
 * for it, so that the order counts.
 */
static inline void standing_hold(struct writer *writer, const void *lock, enum track_wait mode,
				 uint64_t caller, bool awaited)
{
	struct track_standing *standing = writer->standing;
	if (unlikely(!standing))
		return;
	if (unlikely(standing->held_count || standing->wait))
		standing_hold_more(writer, (uintptr_t)lock, mode, caller, awaited);
	else
		standing_push(standing, (uintptr_t)lock, mode, caller, clock_coarse_ns());
}

/* The same after a wait: then it is told since when. */
void standing_hold_now(struct writer *writer, const void *lock, enum track_wait mode,
		       uint64_t caller);

enum standing_dropped { STANDING_UNKNOWN, STANDING_DROPPED, STANDING_ONE_LESS };
enum standing_dropped standing_drop_deeper(struct writer *writer, uint64_t lock);

/* It is about to give a lock back. */
static inline enum standing_dropped standing_drop(struct writer *writer, const void *lock)
{
	struct track_standing *standing = writer->standing;
	if (unlikely(!standing))
		return STANDING_UNKNOWN;
	uint32_t top = standing->held_count - 1;
	if (unlikely(top >= TRACK_HELD_MAX || standing->held[top].lock != (uintptr_t)lock ||
		     standing->held[top].depth != 1))
		return standing_drop_deeper(writer, (uintptr_t)lock);
	uint32_t was = standing_begin(standing);
	standing->held_count = top;
	standing_end(standing, was);
	return STANDING_DROPPED;
}

/* It could not. */
void standing_undrop(struct writer *writer, const void *lock, enum standing_dropped dropped);

/* Its owner died with it: from here on it is this thread's. */
void standing_inherit(struct writer *writer, const void *lock);

/* At this address another lock begins; none is any more. By threads without a writer too. */
void standing_renew(const void *lock);
void standing_forget(const void *lock);

#endif
