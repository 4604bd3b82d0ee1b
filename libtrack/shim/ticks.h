/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CLOCK_MONOTONIC by the processor's own counter, for records that come by the
 * million. A line through two looks at the exact clock says what a count means.
 * It is drawn anew every millisecond, by whichever thread finds it old, and goes
 * on where the old one ended, so that all threads see one order. It is some
 * nanoseconds off, never more than TICKS_ERROR_NS_MAX.
 *
 * Where the kernel does not trust the counter, or a program may not read it, and
 * until the line is known well enough, this is the exact clock.
 */
#ifndef SHIM_TICKS_H
#define SHIM_TICKS_H

#include <stdint.h>

#define TICKS_ERROR_NS_MAX 10000

/* Ask whether the counter can be used. Opens a file: at start-up only. */
void ticks_init(void);
/* In a forked child: what another thread was about to draw is never finished. */
void ticks_restart(void);
/* From here on the counter is not read. */
void ticks_forbid(void);

/*
 * What the thread did and saw before comes before the next ticks_ns: the
 * processor would read its counter ahead of a load that waits for another one's
 * store, and a release would seem older than the retain that it saw. Apart from
 * the reading, since what stands between the two costs no time then.
 */
static inline void ticks_fence(void)
{
	__builtin_ia32_lfence();
}

uint64_t ticks_ns(void);

#endif
