/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a call on a descriptor may wait: the kernel is asked once, at the first call that could;
 * what answers at once costs no more than a look from then on.
 */
#ifndef SHIM_MANNER_H
#define SHIM_MANNER_H

#include "shim.h"

enum manner {
	MANNER_UNKNOWN,
	MANNER_AT_ONCE, /* O_NONBLOCK, or a file that is always ready */
	MANNER_TIMED,	/* SO_RCVTIMEO */
	MANNER_WAITS
};

#define MANNERS 65536 /* descriptors above are taken to answer at once */

extern uint8_t manners[MANNERS] SHIM_HIDDEN;

enum manner manner_ask(int fd);

static inline enum manner manner_of(int fd)
{
	if (unlikely((unsigned)fd >= MANNERS))
		return MANNER_AT_ONCE;
	enum manner manner = (enum manner)__atomic_load_n(&manners[fd], __ATOMIC_RELAXED);
	return likely(manner != MANNER_UNKNOWN) ? manner : manner_ask(fd);
}

/* It is another one from here on, or has another time-out. */
static inline void manner_forget(int fd)
{
	if ((unsigned)fd < MANNERS)
		__atomic_store_n(&manners[fd], MANNER_UNKNOWN, __ATOMIC_RELAXED);
}

/* O_NONBLOCK was set or taken away: of its copies too, whichever these are. */
void manner_flags_set(int fd, bool at_once);

/* It would have waited, and did not. */
void manner_denied(int fd);

#endif
