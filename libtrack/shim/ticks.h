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

#include "clock.h"
#include "shim.h"

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

/* Both clocks at one moment. */
struct ticks_look {
	uint64_t ticks;
	uint64_t ns;
};

/* All of one cache line that matters for reading; written once in a millisecond. */
struct ticks_line {
	uint32_t version; /* odd: it is being drawn */
	bool usable;
	uint8_t failures;
	struct ticks_look start;
	uint64_t length;     /* in ticks; 0: there is no line */
	uint64_t rate;	     /* its ns a tick << 32 */
	uint64_t clock_rate; /* the exact clock's, as last measured */
	struct ticks_look past[2];
} __attribute__((aligned(64)));

extern struct ticks_line ticks_line SHIM_HIDDEN;

/* For a moment that is not on the line: the exact time, and a line from here on. */
uint64_t ticks_redraw(void);

static inline uint64_t ticks_on_line(const struct ticks_look *start, uint64_t rate, uint64_t ticks)
{
	return start->ns + ((ticks - start->ticks) * rate >> 32);
}

static inline uint64_t ticks_ns(void)
{
	uint32_t version = __atomic_load_n(&ticks_line.version, __ATOMIC_ACQUIRE);
	struct ticks_look start = ticks_line.start;
	uint64_t length = ticks_line.length, rate = ticks_line.rate;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	bool whole =
		!(version & 1) && version == __atomic_load_n(&ticks_line.version, __ATOMIC_RELAXED);
	if (unlikely(!__atomic_load_n(&ticks_line.usable, __ATOMIC_RELAXED) || !whole))
		return clock_ns();
	uint64_t ticks = __builtin_ia32_rdtsc();
	if (unlikely(ticks - start.ticks >= length))
		return ticks_redraw();
	return ticks_on_line(&start, rate, ticks);
}

#endif
