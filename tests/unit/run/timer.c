/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <run/library.h>
#include <run/timer.h>
#include <stdlib.h>
#include <string.h>

static struct executor *executor;

static void begin(void)
{
	cr_assert_eq(executor_create("timers", &executor), 0);
}

static void end(void)
{
	struct library_counts counts;

	executor_destroy(executor);
	library_count(&counts);
	cr_expect_eq(counts.timers_armed, 0);
	cr_expect_eq(counts.threads, 0);
}

TestSuite(timer, .init = begin);

enum { BELLS = 200, SEEDS = 20 };

struct bell {
	struct timer timer;
	uint64_t armed_ns, delay_ns, fired_ns;
	unsigned fired, again;
};

static struct bell bells[BELLS];
static unsigned order[BELLS], rung;
static unsigned expected; /* posts all_rang when that many rang */
static sem_t all_rang;

static void ring(void *user)
{
	struct bell *bell = user;

	bell->fired_ns = executor_clock_ns();
	bell->fired++;
	cr_assert_not(timer_is_armed(&bell->timer));
	if (bell->again) {
		bell->again--;
		cr_assert_eq(timer_arm(&bell->timer, bell->delay_ns), 0);
	}
	if (rung < BELLS)
		order[rung] = (unsigned)(bell - bells);
	if (++rung == expected)
		sem_post(&all_rang);
}

static void hang(unsigned index, uint64_t delay_ns)
{
	struct bell *bell = &bells[index];

	timer_init(&bell->timer, executor, "bell", ring, bell);
	bell->delay_ns = delay_ns;
	bell->armed_ns = executor_clock_ns();
	cr_assert_eq(timer_arm(&bell->timer, delay_ns), 0);
}

static void arm_mixed(void *user)
{
	srand(*(unsigned *)user);
	memset(bells, 0, sizeof(bells));
	rung = 0;
	for (unsigned i = 0; i < BELLS; i++)
		hang(i, TIMER_MS(1) + (uint64_t)(rand() % 5000) * 1000);
}

static void expect_in_order(void)
{
	for (unsigned i = 1; i < rung; i++)
		cr_expect_leq(bells[order[i - 1]].timer.deadline_ns,
			      bells[order[i]].timer.deadline_ns);
}

Test(timer, they_fire_in_the_order_of_their_deadlines_and_never_early)
{
	sem_init(&all_rang, 0, 0);
	expected = BELLS;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		run_on(executor, arm_mixed, &seed);
		cr_assert(await(&all_rang));
		expect_in_order();
		for (unsigned i = 0; i < BELLS; i++) {
			cr_expect_eq(bells[i].fired, 1);
			cr_expect_geq(bells[i].fired_ns, bells[i].armed_ns + bells[i].delay_ns);
		}
	}
	end();
}

/* A third is cancelled, a third is armed anew. */
static void arm_and_change(void *user)
{
	struct library_counts counts;

	arm_mixed(user);
	library_count(&counts);
	cr_expect_eq(counts.timers_armed, BELLS);
	for (unsigned i = 0; i < BELLS; i += 3) {
		timer_cancel(&bells[i].timer);
		timer_cancel(&bells[i].timer);
		cr_expect_not(timer_is_armed(&bells[i].timer));
	}
	for (unsigned i = 1; i < BELLS; i += 3) {
		bells[i].delay_ns = TIMER_MS(1) + (uint64_t)(rand() % 5000) * 1000;
		bells[i].armed_ns = executor_clock_ns();
		cr_assert_eq(timer_arm(&bells[i].timer, bells[i].delay_ns), 0);
	}
	library_count(&counts);
	cr_expect_eq(counts.timers_armed, expected);
}

Test(timer, cancelled_ones_do_not_fire_and_rearmed_ones_fire_once_at_their_new_time)
{
	sem_init(&all_rang, 0, 0);
	expected = BELLS - (BELLS + 2) / 3;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		run_on(executor, arm_and_change, &seed);
		cr_assert(await(&all_rang));
		run_on(executor, nothing, NULL);
		expect_in_order();
		for (unsigned i = 0; i < BELLS; i++) {
			uint64_t due_ns = bells[i].armed_ns + bells[i].delay_ns;

			cr_expect_eq(bells[i].fired, i % 3 != 0);
			cr_expect(i % 3 == 0 || bells[i].fired_ns >= due_ns);
		}
	}
	end();
}

static void arm_repeating(void *user)
{
	(void)user;
	bells[0].again = 4;
	hang(0, TIMER_MS(2));
}

Test(timer, one_can_arm_itself_again_when_it_fires)
{
	uint64_t begun_ns = executor_clock_ns();

	sem_init(&all_rang, 0, 0);
	expected = 5;
	run_on(executor, arm_repeating, NULL);
	cr_assert(await(&all_rang));
	cr_expect_geq(executor_clock_ns() - begun_ns, TIMER_MS(10));
	end();
}

static void arm_restless(void *user)
{
	(void)user;
	bells[0].again = UINT32_MAX;
	hang(0, 0);
}

static void silence(void *user)
{
	(void)user;
	timer_cancel(&bells[0].timer);
}

Test(timer, one_that_is_always_due_does_not_keep_jobs_waiting)
{
	run_on(executor, arm_restless, NULL);
	for (int i = 0; i < 100; i++)
		run_on(executor, nothing, NULL);
	run_on(executor, silence, NULL);
	cr_expect_gt(bells[0].fired, 0);
	end();
}

/* What fires first cancels the other, which is due as well. */
static void cancel_other(void *user)
{
	timer_cancel(&((struct bell *)user)[1].timer);
	sem_post(&all_rang);
}

static void arm_two(void *user)
{
	(void)user;
	timer_init(&bells[0].timer, executor, "canceller", cancel_other, &bells[0]);
	cr_assert_eq(timer_arm(&bells[0].timer, 0), 0);
	hang(1, 0);
}

Test(timer, one_that_is_due_can_be_cancelled_by_one_that_fires_before)
{
	sem_init(&all_rang, 0, 0);
	run_on(executor, arm_two, NULL);
	cr_assert(await(&all_rang));
	run_on(executor, nothing, NULL);
	cr_expect_eq(bells[1].fired, 0);
	end();
}

static struct timer *lone;

static void free_it(void *user)
{
	free(user);
	sem_post(&all_rang);
}

static void arm_lone(void *user)
{
	(void)user;
	lone = malloc(sizeof(*lone));
	cr_assert_not_null(lone);
	timer_init(lone, executor, "lone", free_it, lone);
	cr_assert_eq(timer_arm(lone, TIMER_MS(1)), 0);
}

Test(timer, its_owner_may_free_it_when_it_fires)
{
	sem_init(&all_rang, 0, 0);
	run_on(executor, arm_lone, NULL);
	cr_assert(await(&all_rang));
	end();
}

static void arm_for_ever(void *user)
{
	(void)user;
	hang(0, UINT64_MAX);
	cr_expect_eq(bells[0].timer.deadline_ns, UINT64_MAX);
}

Test(timer, a_delay_without_end_does_not_overflow)
{
	run_on(executor, arm_for_ever, NULL);
	for (int i = 0; i < 3; i++)
		run_on(executor, nothing, NULL);
	cr_expect_eq(bells[0].fired, 0);
	run_on(executor, silence, NULL);
	end();
}

static uint64_t cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static void arm_one(void *user)
{
	(void)user;
	hang(0, TIMER_MS(500));
}

Test(timer, the_executor_sleeps_until_one_is_due)
{
	uint64_t before_ns = cpu_ns();

	sem_init(&all_rang, 0, 0);
	expected = 1;
	run_on(executor, arm_one, NULL);
	cr_assert(await(&all_rang));
	cr_expect_lt(cpu_ns() - before_ns, TIMER_MS(250));
	end();
}

Test(timer, what_is_armed_when_the_executor_ends_counts_no_more)
{
	run_on(executor, arm_for_ever, NULL);
	end();
}
