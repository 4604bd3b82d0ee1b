/* SPDX-License-Identifier: Apache-2.0 */
#include "ticks.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#define SOURCE_FILE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define LINE_NS 1000000u	/* a line is as long */
#define SPAN_NS_MIN 2000000u	/* between two looks that make a rate */
#define SPAN_NS_MAX 1000000000u /* an older look says little of the rate now */
#define LOOK_TICKS_MAX 1000u	/* a look that took longer was interrupted */
#define LOOKS 4
#define FAILURES_MAX 8

struct ticks_line ticks_line;

/* It does not where the rate changes, the counter halts, or processors differ. */
static bool kernel_trusts_it(void)
{
	char name[8] = "";
	long fd = sys3(SYS_open, (long)SOURCE_FILE, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	sys3(SYS_read, fd, (long)name, sizeof(name) - 1);
	sys3(SYS_close, fd, 0, 0);
	return !strcmp(name, "tsc\n");
}

void ticks_init(void)
{
	ticks_line.usable = kernel_trusts_it();
}

void ticks_forbid(void)
{
	__atomic_store_n(&ticks_line.usable, false, __ATOMIC_RELEASE);
}

void ticks_restart(void)
{
	ticks_line.length = 0;
	ticks_line.past[0] = ticks_line.past[1] = (struct ticks_look){0};
	__atomic_store_n(&ticks_line.version, 0, __ATOMIC_RELEASE);
}

/* The exact clock reads the counter once, somewhere between ours. */
static bool look_at_both(struct ticks_look *ret_look)
{
	uint64_t best = LOOK_TICKS_MAX;
	for (int i = 0; i < LOOKS; i++) {
		ticks_fence();
		uint64_t before = __builtin_ia32_rdtsc();
		uint64_t ns = clock_ns();
		ticks_fence();
		uint64_t took = __builtin_ia32_rdtsc() - before;
		if (took >= best)
			continue;
		best = took;
		*ret_look = (struct ticks_look){before + took / 2, ns};
	}
	return best < LOOK_TICKS_MAX;
}

/* A span of both clocks as ns a tick << 32; 0: they do not go together. */
static uint64_t rate_between(const struct ticks_look *from, const struct ticks_look *to)
{
	uint64_t ns = to->ns - from->ns, ticks = to->ticks - from->ticks;
	for (; ns >> 31; ns >>= 1)
		ticks >>= 1;
	uint64_t rate = ticks ? (ns << 32) / ticks : 0;
	return rate >> 34 ? 0 : rate;
}

static bool agree(uint64_t rate, uint64_t other)
{
	uint64_t apart = rate > other ? rate - other : other - rate;
	return apart <= other / 1024;
}

/* The counter was set, or the clock stopped without it: from the beginning. */
static void begin_anew(const struct ticks_look *now, uint64_t rate)
{
	ticks_line.length = 0;
	ticks_line.clock_rate = rate;
	ticks_line.past[0] = ticks_line.past[1] = *now;
}

/* Draw the line from here on, beginning where the one that ends now is. */
static void draw(const struct ticks_look *now)
{
	uint64_t rate = rate_between(&ticks_line.past[0], now);
	uint64_t length = rate ? ((uint64_t)LINE_NS << 32) / rate : 0;
	struct ticks_look start = *now;
	/* The first rate is only taken if the next span says the same. */
	if (!length || !agree(rate, ticks_line.clock_rate)) {
		begin_anew(now, rate);
		return;
	}
	ticks_line.clock_rate = rate;
	/* If it ended long ago, nobody can have read a later time from it. */
	if (now->ticks - ticks_line.start.ticks < ticks_line.length + ticks_line.length / 8) {
		start.ns = ticks_on_line(&ticks_line.start, ticks_line.rate, now->ticks);
		int64_t ahead = (int64_t)(start.ns - now->ns);
		if (ahead > TICKS_ERROR_NS_MAX / 2 || ahead < -TICKS_ERROR_NS_MAX / 2) {
			begin_anew(now, rate);
			return;
		}
		/* What it is off is made good in the length of this line. */
		rate -= (uint64_t)((int64_t)rate * ahead / (int64_t)LINE_NS);
	}
	ticks_line.start = start;
	ticks_line.rate = rate;
	ticks_line.length = length;
	if (now->ns - ticks_line.past[1].ns > SPAN_NS_MAX / 2) {
		ticks_line.past[0] = ticks_line.past[1];
		ticks_line.past[1] = *now;
	}
}

/* A handler in the middle of it finds the exact clock. */
uint64_t ticks_redraw(void)
{
	uint64_t exact = clock_ns();
	uint32_t version = __atomic_load_n(&ticks_line.version, __ATOMIC_ACQUIRE);
	struct ticks_look now;
	if ((ticks_line.past[0].ns && exact - ticks_line.past[0].ns < SPAN_NS_MIN) ||
	    (version & 1) ||
	    !__atomic_compare_exchange_n(&ticks_line.version, &version, version + 1, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return exact;
	bool looked = look_at_both(&now);
	ticks_line.failures = looked ? 0 : ticks_line.failures + 1;
	if (ticks_line.failures == FAILURES_MAX)
		ticks_forbid();
	if (looked && !ticks_line.past[0].ns)
		begin_anew(&now, 0);
	else if (looked)
		draw(&now);
	__atomic_store_n(&ticks_line.version, version + 2, __ATOMIC_RELEASE);
	return exact;
}
