/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's cheap clock against the exact one. */
#include <stdint.h>

/* The exact clock of a test: the real one, moved. */
static uint64_t exact_ns(void);
#define clock_ns exact_ns
#include <ticks.c>
#undef clock_ns

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static int64_t moved_ns;
static uint64_t exact_reads;

static uint64_t exact_ns(void)
{
	struct timespec ts;
	exact_reads++;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec + (uint64_t)moved_ns;
}

static uint64_t read_cheap(void)
{
	ticks_fence();
	return ticks_ns();
}

static void pass(uint64_t ns)
{
	for (uint64_t until = exact_ns() + ns; exact_ns() < until;)
		read_cheap();
}

/* A line is in use: two spans of the clocks agreed. */
static void start(void)
{
	ticks_restart();
	ticks_init();
	if (!ticks_line.usable)
		cr_skip_test("the kernel does not go by the processor's counter here");
	pass(100000000);
	cr_assert(ne(u64, ticks_line.length, 0));
}

TestSuite(ticks, .init = start);

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

/* How far the cheap clock is off, most of the time and at most. */
static void measure(int64_t *ret_median, int64_t *ret_worst)
{
	enum { SAMPLES = 20001 };
	static int64_t off[SAMPLES];
	*ret_worst = 0;
	for (int i = 0; i < SAMPLES; i++) {
		uint64_t before = exact_ns(), cheap = read_cheap(), after = exact_ns();
		uint64_t middle = before + (after - before) / 2;
		off[i] = llabs((int64_t)(cheap - middle));
		/* Beyond what an interruption of this test explains. */
		int64_t sure = off[i] - (int64_t)(after - before) / 2;
		if (sure > *ret_worst)
			*ret_worst = sure;
		if (i % 1000 == 0)
			pass(3000000);
	}
	qsort(off, SAMPLES, sizeof(*off), compare);
	*ret_median = off[SAMPLES / 2];
}

Test(ticks, are_nanoseconds_off)
{
	int64_t median, worst;
	measure(&median, &worst);
	cr_expect(le(i64, median, 200));
	cr_expect(le(i64, worst, TICKS_ERROR_NS_MAX));
}

Test(ticks, seldom_ask_the_exact_clock)
{
	uint64_t reads = exact_reads;
	for (int i = 0; i < 100000; i++)
		read_cheap();
	cr_expect(lt(u64, exact_reads - reads, 20000));
}

Test(ticks, never_go_back)
{
	uint64_t last = 0;
	for (int i = 0; i < 3000000; i++) {
		uint64_t now = read_cheap();
		/* Between a line and the exact clock some nanoseconds may lie; see writer.c. */
		cr_assert(ge(u64, now + 200, last));
		last = now;
	}
}

Test(ticks, that_may_not_be_read_are_not_read)
{
	ticks_forbid();
	uint64_t reads = exact_reads;
	for (int i = 0; i < 1000; i++)
		read_cheap();
	cr_expect(eq(u64, exact_reads - reads, 1000));
}

Test(ticks, a_clock_that_was_moved_is_followed)
{
	int64_t median, worst;
	moved_ns = 3600ll * 1000000000;
	pass(200000000);
	measure(&median, &worst);
	cr_expect(ne(u64, ticks_line.length, 0));
	cr_expect(le(i64, median, 200));
	cr_expect(le(i64, worst, TICKS_ERROR_NS_MAX));
}

/* A child, or another process's page: what was half drawn is not waited for. */
Test(ticks, a_line_that_nobody_finishes_costs_no_time_its_truth)
{
	int64_t median, worst;
	ticks_line.version |= 1;
	measure(&median, &worst);
	cr_expect(le(i64, worst, 0));
	ticks_restart();
	pass(100000000);
	cr_expect(ne(u64, ticks_line.length, 0));
}

/* Two threads hand a thing to and fro; whoever has it reads the clock. */
static struct {
	int lock;
	int owner;
	uint64_t time_ns;
	uint64_t turns;
	uint64_t reversed;
	uint64_t until_ns; /* fewer turns will do where others take the processors */
	int done;
} handed __attribute__((aligned(128)));

static void *hand_over(void *me)
{
	while (!__atomic_load_n(&handed.done, __ATOMIC_RELAXED)) {
		while (__atomic_exchange_n(&handed.lock, 1, __ATOMIC_ACQUIRE))
			;
		uint64_t now = read_cheap();
		if (handed.owner != (int)(intptr_t)me) {
			handed.turns++;
			/* The last of one thread, the first of the other. */
			handed.reversed += now < handed.time_ns;
		}
		handed.owner = (int)(intptr_t)me;
		handed.time_ns = read_cheap();
		handed.done |= handed.turns >= 1000000 || now > handed.until_ns;
		__atomic_store_n(&handed.lock, 0, __ATOMIC_RELEASE);
	}
	return NULL;
}

Test(ticks, keep_the_order_of_two_threads, .timeout = 60)
{
	handed.until_ns = read_cheap() + 5000000000;
	pthread_t threads[2];
	for (intptr_t i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, hand_over, (void *)(i + 1));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	cr_log_info("%lu turns, %lu reversed", handed.turns, handed.reversed);
	cr_expect(le(u64, handed.reversed, handed.turns / 10000));
}
