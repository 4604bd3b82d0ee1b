/* SPDX-License-Identifier: Apache-2.0 */
/* Who is held back at the end of a program, and for how long. */
#include <hold.c>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

/* Who is held back by mistake is so for ever. */
TestSuite(hold, .timeout = 30);

static uint64_t settle_ns = 1000000000000; /* longer than any test lasts */
static bool confined, has_spool = true;
static uint32_t let_go, held_by, frees;
static uint64_t held_ns, freed_ns;

/* The time is what the test says; it goes on by a tick when somebody asks. */
static uint64_t now_ns = 1000;
static uint64_t tick_ns;

static SHIM_TLS bool is_second;
static uint32_t second_asks, second_over;

static void advance(uint64_t ns)
{
	__atomic_fetch_add(&now_ns, ns, __ATOMIC_ACQ_REL);
}

uint64_t clock_ns(void)
{
	uint64_t ns = __atomic_fetch_add(&now_ns, tick_ns, __ATOMIC_ACQ_REL);
	if (is_second)
		__atomic_fetch_add(&second_asks, 1, __ATOMIC_ACQ_REL);
	return ns;
}

uint64_t budget_settle_ns(void)
{
	return __atomic_load_n(&settle_ns, __ATOMIC_ACQUIRE);
}

bool writers_confined(void)
{
	return confined;
}

const uint32_t *spool_hold(uint32_t tid, uint64_t time_ns)
{
	held_ns = time_ns;
	__atomic_store_n(&held_by, tid, __ATOMIC_RELEASE);
	return has_spool ? &let_go : NULL;
}

void spool_free(uint64_t time_ns)
{
	freed_ns = time_ns;
	frees++;
}

static void end(uint32_t tid)
{
	const struct writer writer = {.tid = tid};
	hold_end(&writer);
}

Test(hold, who_closed_nothing_is_not)
{
	end(1);
	cr_expect(eq(u32, held_by, 0));
}

Test(hold, where_nobody_wants_it_nobody_is)
{
	settle_ns = 0;
	hold_expect();
	end(1);
	cr_expect(eq(u32, held_by, 0));
}

Test(hold, behind_a_filter_nobody_is)
{
	confined = true;
	hold_expect();
	end(1);
	cr_expect(eq(u32, held_by, 0));
}

Test(hold, without_a_spool_nobody_is)
{
	has_spool = false;
	hold_expect();
	end(1);
	cr_expect(eq(u32, frees, 0));
}

Test(hold, until_it_is_let_go_and_errno_stays)
{
	let_go = 1;
	hold_expect();
	errno = EDOM;
	end(3);
	cr_expect(eq(u32, held_by, 3));
	cr_expect(eq(u32, frees, 1));
	cr_expect(eq(int, errno, EDOM));
}

Test(hold, no_longer_than_is_wanted)
{
	settle_ns = 60;
	tick_ns = 10;
	hold_expect();
	end(3);
	cr_expect(eq(u64, freed_ns - held_ns, 70), "the last look is one tick before");
	cr_expect(eq(u32, frees, 1));
}

Test(hold, once_only)
{
	let_go = 1;
	hold_expect();
	end(3);
	let_go = 0;
	end(3);
	end(4);
	cr_expect(eq(u32, held_by, 3));
	cr_expect(eq(u32, frees, 1));
}

Test(hold, a_forked_child_by_itself)
{
	let_go = 1;
	hold_expect();
	end(3);
	hold_reset();
	end(4);
	cr_expect(eq(u32, held_by, 3), "it closed nothing");
	hold_expect();
	end(4);
	cr_expect(eq(u32, held_by, 4));
	cr_expect(eq(u32, frees, 2));
}

static void *end_first(void *unused)
{
	end(3);
	return unused;
}

static void await_hold(void)
{
	while (!__atomic_load_n(&held_by, __ATOMIC_ACQUIRE))
		usleep(1000);
}

Test(hold, who_interrupts_himself_goes_on)
{
	pthread_t first;
	hold_expect();
	pthread_create(&first, NULL, end_first, NULL);
	await_hold();
	end(3);
	cr_expect(eq(u32, frees, 0), "and the one that was interrupted waits on");
	__atomic_store_n(&settle_ns, 0, __ATOMIC_RELEASE);
	pthread_join(first, NULL);
}

Test(hold, when_nobody_reads_any_more_all_go_on)
{
	pthread_t first;
	hold_expect();
	pthread_create(&first, NULL, end_first, NULL);
	await_hold();
	__atomic_store_n(&settle_ns, 0, __ATOMIC_RELEASE);
	end(4);
	pthread_join(first, NULL);
	cr_expect(eq(u32, frees, 1));
}

static void *end_second(void *unused)
{
	is_second = true;
	end(4);
	__atomic_store_n(&second_over, 1, __ATOMIC_RELEASE);
	return unused;
}

/* It has asked for the time so often more. */
static void await_asks(uint32_t count)
{
	uint32_t before = __atomic_load_n(&second_asks, __ATOMIC_ACQUIRE);
	while (__atomic_load_n(&second_asks, __ATOMIC_ACQUIRE) - before < count)
		usleep(1000);
}

static pthread_t first, second;

/* The first since 1000, the second since 1000 + after. */
static void end_both(uint64_t after_ns)
{
	hold_expect();
	pthread_create(&first, NULL, end_first, NULL);
	await_hold();
	advance(after_ns);
	pthread_create(&second, NULL, end_second, NULL);
	await_asks(3);
}

static void free_first(void)
{
	__atomic_store_n(&let_go, 1, __ATOMIC_RELEASE);
	pthread_join(first, NULL);
}

Test(hold, another_thread_comes_as_much_later_as_it_would_have)
{
	end_both(300);
	advance(200);
	free_first();
	cr_expect(eq(u64, freed_ns - held_ns, 500));
	cr_expect(eq(u32, held_by, 3));
	advance(299);
	await_asks(3);
	cr_expect(eq(u32, __atomic_load_n(&second_over, __ATOMIC_ACQUIRE), 0));
	advance(1);
	pthread_join(second, NULL);
	cr_expect(eq(u32, frees, 1));
}

Test(hold, another_thread_waits_no_longer_than_is_wanted_for_the_first)
{
	settle_ns = 500;
	end_both(300);
	advance(200);
	pthread_join(first, NULL);
	cr_expect(eq(u64, freed_ns - held_ns, 500));
	advance(300);
	pthread_join(second, NULL);
	cr_expect(eq(u32, second_over, 1));
}

Test(hold, another_thread_that_comes_when_the_first_goes_on_is_not)
{
	let_go = 1;
	tick_ns = 10;
	hold_expect();
	end(3);
	uint64_t before_ns = now_ns;
	end(4);
	cr_expect(eq(u32, held_by, 3));
	cr_expect(eq(u64, now_ns, before_ns), "it does not even look at the clock");
}
