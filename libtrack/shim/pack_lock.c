/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks and conditions that a library made itself, of futexes, told by the wrappers of its pack
 * (track/pack.h): as wrap_lock.c and wrap_wait.c tell libc's.
 */
#include "shim.h"
#include "standing.h"
#include "wakers.h"

#include <track/pack.h>

#define TIMED (1u << 8)

/* In the wrapper's struct track_pack_wait. */
struct waiting {
	struct standing_block block;
	const void *lock; /* NULL: nothing is to be held afterwards */
	uint64_t caller;
};

_Static_assert(sizeof(struct waiting) <= sizeof(struct track_pack_wait), "packs have room for it");

SHIM_EXPORT void track_shim_pack_lock(uint64_t what, uint64_t lock, const void *caller)
{
	const void *where = (const void *)(uintptr_t)lock;
	struct writer *writer = standing_writer();
	if (unlikely(!writer))
		return;
	switch (what) {
	case TRACK_PACK_TAKEN:
	case TRACK_PACK_LOCKED:
		standing_hold(writer, where, TRACK_WAIT_MUTEX, (uintptr_t)caller,
			      what == TRACK_PACK_TAKEN);
		break;
	case TRACK_PACK_UNLOCK:
		standing_drop(writer, where);
		break;
	case TRACK_PACK_WAKE:
		waker_tell(writer, where, caller);
		break;
	case TRACK_PACK_RENEW:
		standing_renew(where);
		waker_forget(where);
		break;
	case TRACK_PACK_RETIRE:
		standing_forget(where);
		waker_forget(where);
		break;
	}
}

SHIM_EXPORT void track_shim_pack_wait(struct track_pack_wait *room, uint64_t what, uint64_t subject,
				      uint64_t other, const uint64_t *frame)
{
	struct waiting *waiting = (struct waiting *)room;
	struct writer *writer = standing_writer();
	const struct standing_wait wait = {.wait = (enum track_wait)(what & 0xff),
					   .subject = subject,
					   .other = other,
					   .timed = what & TIMED};
	bool is_lock = wait.wait == TRACK_WAIT_MUTEX;
	waiting->lock = (const void *)(uintptr_t)(is_lock ? subject : other);
	waiting->caller = frame[1];
	/* Meanwhile a condition's mutex is not held. */
	if (writer && !is_lock && standing_drop(writer, waiting->lock) == STANDING_UNKNOWN)
		waiting->lock = NULL;
	standing_block(&waiting->block, writer, &wait, frame);
}

SHIM_EXPORT void track_shim_pack_waited(struct track_pack_wait *room)
{
	const struct waiting *waiting = (const struct waiting *)room;
	/* Not the writer of before: a handler may have forked meanwhile. */
	struct writer *writer = standing_writer();
	if (writer && waiting->block.writer && waiting->lock)
		standing_hold_now(writer, waiting->lock, TRACK_WAIT_MUTEX, waiting->caller);
	standing_unblock(&waiting->block);
}
