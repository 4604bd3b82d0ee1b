/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <pthread.h>
#include <run/alarm.h>
#include <run/fault.h>
#include <run/library.h>
#include <run/timer.h>
#include <stdatomic.h>

/* A bell whose ring, if it has to, waits until it is let go. */
static struct bell {
	atomic_uint rung, dropped;
	bool holds;
	sem_t rings, let_go, is_dropped;
} bell;

static struct executor *executor;
static struct alarm *alarm_of_bell;

static void ring(void *user)
{
	atomic_fetch_add(&bell.rung, 1);
	sem_post(&bell.rings);
	if (bell.holds)
		cr_assert(await(&bell.let_go));
	(void)user;
}

static void drop(void *user)
{
	cr_expect_eq(user, &bell);
	atomic_fetch_add(&bell.dropped, 1);
	sem_post(&bell.is_dropped);
}

static const struct alarm_class class = {.name = "bell", .ring = ring, .drop = drop};

static void begin(void)
{
	sem_init(&bell.rings, 0, 0);
	sem_init(&bell.let_go, 0, 0);
	sem_init(&bell.is_dropped, 0, 0);
	cr_assert_eq(library_start(NULL), 0);
	executor = library_executor();
	cr_assert_eq(alarm_create(executor, &class, &bell, &alarm_of_bell), 0);
}

/* What it is to have rung by the end; nothing of it is left then. */
static void end(unsigned rung)
{
	struct library_counts counts;

	alarm_destroy(alarm_of_bell);
	cr_assert(await(&bell.is_dropped));
	run_on(executor, nothing, NULL);
	library_count(&counts);
	cr_expect_eq(counts.timers_armed, 0);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
	cr_expect_eq(atomic_load(&bell.rung), rung);
	cr_expect_eq(atomic_load(&bell.dropped), 1);
}

TestSuite(alarm, .init = begin);

Test(alarm, it_rings_once_each_time_it_is_set_and_never_early)
{
	for (unsigned i = 0; i < 20; i++) {
		uint64_t set_ns = executor_clock_ns();

		alarm_set(alarm_of_bell, TIMER_MS(2));
		cr_assert(await(&bell.rings));
		cr_expect_geq(executor_clock_ns(), set_ns + TIMER_MS(2));
	}
	end(20);
}

/* On the executor, where nothing can ring in between. */
static void set_thrice(void *user)
{
	alarm_set(user, TIMER_MS(1));
	alarm_set(user, TIMER_MS(60000));
	alarm_set(user, TIMER_MS(50));
}

Test(alarm, one_that_is_set_anew_rings_at_its_new_time_only)
{
	uint64_t set_ns = executor_clock_ns();

	run_on(executor, set_thrice, alarm_of_bell);
	cr_assert(await(&bell.rings));
	cr_expect_geq(executor_clock_ns(), set_ns + TIMER_MS(50));
	end(1);
}

Test(alarm, one_that_is_stopped_does_not_ring)
{
	for (unsigned i = 0; i < 20; i++) {
		alarm_set(alarm_of_bell, TIMER_MS(60000));
		if (i % 2)
			run_on(executor, nothing, NULL);
		alarm_stop(alarm_of_bell);
	}
	alarm_stop(alarm_of_bell);
	end(0);
}

Test(alarm, one_that_is_destroyed_does_not_ring)
{
	alarm_set(alarm_of_bell, TIMER_MS(60000));
	end(0);
	alarm_destroy(NULL);
}

Test(alarm, one_whose_time_never_comes_can_be_stopped)
{
	alarm_set(alarm_of_bell, UINT64_MAX);
	run_on(executor, nothing, NULL);
	end(0);
}

static void stop_there(void *user)
{
	alarm_stop(user);
}

Test(alarm, it_can_be_set_and_stopped_on_its_executor)
{
	alarm_set(alarm_of_bell, TIMER_MS(60000));
	run_on(executor, stop_there, alarm_of_bell);
	end(0);
}

/* A stop that waits would never return. */
Test(alarm, a_stop_does_not_wait_for_the_ring_that_goes_on)
{
	bell.holds = true;
	alarm_set(alarm_of_bell, 0);
	cr_assert(await(&bell.rings));
	alarm_stop(alarm_of_bell);
	alarm_destroy(alarm_of_bell);
	alarm_of_bell = NULL;
	cr_expect_eq(atomic_load(&bell.dropped), 0, "the ring still has it");
	sem_post(&bell.let_go);
	end(1);
}

static void *stop_on_thread(void *user)
{
	alarm_stop(alarm_of_bell);
	sem_post(user);
	return NULL;
}

Test(alarm, with_the_fault_a_stop_waits_for_the_ring_that_goes_on)
{
	pthread_t thread;
	sem_t over;

	sem_init(&over, 0, 0);
	bell.holds = true;
	alarm_set(alarm_of_bell, 0);
	cr_assert(await(&bell.rings));
	fault_switch(FAULT_TIMER_STOP_OWN_LOCK, true);
	cr_assert_eq(pthread_create(&thread, NULL, stop_on_thread, &over), 0);
	cr_expect_not(await_within(&over, 50));
	sem_post(&bell.let_go);
	cr_assert(await(&over));
	pthread_join(thread, NULL);
	end(1);
}
