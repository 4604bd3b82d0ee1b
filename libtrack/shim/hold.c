/* SPDX-License-Identifier: Apache-2.0 */
#include "hold.h"
#include "budget.h"
#include "clock.h"
#include "spool.h"
#include "writer.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

/* How soon it is noticed that nobody reads any more, who could let go. */
#define STEP_NS 50000000ull

static struct {
	bool expected; /* some scope was closed */
	uint32_t tid;  /* who is held back, the first of all; 0: nobody was */
	uint32_t over; /* it goes on, after so long: */
	uint64_t took_ns;
} hold;

void hold_expect(void)
{
	if (!__atomic_load_n(&hold.expected, __ATOMIC_RELAXED))
		__atomic_store_n(&hold.expected, true, __ATOMIC_RELAXED);
}

void hold_reset(void)
{
	hold.expected = false;
	hold.tid = 0;
	hold.over = 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Until the word is another one, or it is that time, or there is nobody who could change it. */
static void wait_while(const uint32_t *word, uint32_t value, uint64_t end_ns)
{
	uint64_t now_ns = clock_ns();
	while (now_ns < end_ns && __atomic_load_n(word, __ATOMIC_ACQUIRE) == value &&
	       budget_settle_ns()) {
		uint64_t step_ns = least(end_ns - now_ns, STEP_NS);
		struct timespec step = {.tv_nsec = (long)step_ns};
		sys4(SYS_futex, (long)word, FUTEX_WAIT, value, (long)&step);
		now_ns = clock_ns();
	}
}

/* Held back from here on; the reader says when to go on. */
static void hold_first(uint32_t tid, uint64_t most_ns)
{
	uint64_t begun_ns = clock_ns();
	const uint32_t *let_go = spool_hold(tid, begun_ns);
	if (let_go) {
		wait_while(let_go, 0, begun_ns + most_ns);
		uint64_t now_ns = clock_ns();
		spool_free(now_ns);
		hold.took_ns = now_ns - begun_ns;
	}
	__atomic_store_n(&hold.over, 1, __ATOMIC_RELEASE);
	sys3(SYS_futex, (long)&hold.over, FUTEX_WAKE, INT32_MAX);
}

/*
 * The first one's end is to come first, and with it its exit code: who comes meanwhile is held back
 * as long as that one was, and so comes as much after it as it would have. Who comes later may do
 * so because that one goes on.
 */
static void hold_next(uint64_t most_ns)
{
	static uint32_t never;
	if (__atomic_load_n(&hold.over, __ATOMIC_ACQUIRE))
		return;
	uint64_t begun_ns = clock_ns();
	wait_while(&hold.over, 0, begun_ns + most_ns);
	if (__atomic_load_n(&hold.over, __ATOMIC_ACQUIRE))
		wait_while(&never, 0, begun_ns + least(hold.took_ns, most_ns));
}

void hold_end(const struct writer *writer)
{
	if (likely(!__atomic_load_n(&hold.expected, __ATOMIC_RELAXED)))
		return;
	uint64_t most_ns = least(budget_settle_ns(), INT64_MAX / 2);
	if (!most_ns || writers_confined())
		return;
	uint32_t first = 0;
	if (__atomic_compare_exchange_n(&hold.tid, &first, writer->tid, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		hold_first(writer->tid, most_ns);
	else if (first != writer->tid)
		hold_next(most_ns);
}
