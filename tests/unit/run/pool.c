/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <run/library.h>
#include <run/pool.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static struct pool *pool;

static void begin(void)
{
	cr_assert_eq(pool_create(3, &pool), 0);
}

static void end(void)
{
	struct library_counts counts;

	pool_destroy(pool);
	library_count(&counts);
	cr_expect_eq(counts.threads, 0);
}

TestSuite(pool, .init = begin);

struct meeting {
	struct job job;
	sem_t *came, *leave;
	bool on_worker;
};

static void meet(struct job *job)
{
	struct meeting *meeting = (struct meeting *)job;

	meeting->on_worker = pool_is_current(pool);
	sem_post(meeting->came);
	cr_assert(await(meeting->leave));
}

Test(pool, jobs_run_on_all_its_workers_at_once)
{
	struct meeting meetings[3];
	struct library_counts counts;
	sem_t came, leave;

	library_count(&counts);
	cr_expect_eq(counts.threads, 3);
	cr_expect_not(pool_is_current(pool));
	sem_init(&came, 0, 0);
	sem_init(&leave, 0, 0);
	for (int i = 0; i < 3; i++) {
		meetings[i] = (struct meeting){{NULL, meet}, &came, &leave, false};
		pool_submit(pool, &meetings[i].job);
	}
	for (int i = 0; i < 3; i++)
		cr_assert(await(&came));
	for (int i = 0; i < 3; i++)
		sem_post(&leave);
	pool_destroy(pool);
	pool = NULL;
	for (int i = 0; i < 3; i++)
		cr_expect(meetings[i].on_worker);
	end();
}

enum { JOBS = 2000, STRANDS = 4 };

struct line {
	struct strand strand;
	atomic_uint inside;
	unsigned next;
	bool disorder, together;
};

struct step {
	struct job job;
	struct line *line;
	unsigned number;
};

static void walk(struct job *job)
{
	struct step *step = (struct step *)job;
	struct line *line = step->line;

	if (atomic_fetch_add(&line->inside, 1))
		line->together = true;
	if (line->next++ != step->number)
		line->disorder = true;
	atomic_fetch_sub(&line->inside, 1);
}

Test(pool, what_is_queued_runs_before_it_ends)
{
	struct line line = {.next = 0};
	struct step *steps = calloc(JOBS, sizeof(*steps));

	cr_assert_not_null(steps);
	strand_init(&line.strand, pool);
	for (unsigned i = 0; i < JOBS; i++) {
		steps[i] = (struct step){{NULL, walk}, &line, i};
		strand_submit(&line.strand, &steps[i].job);
	}
	pool_destroy(pool);
	pool = NULL;
	cr_expect_eq(line.next, JOBS);
	strand_finish(&line.strand);
	free(steps);
	end();
}

Test(pool, jobs_of_a_strand_run_one_at_a_time_in_order)
{
	struct line lines[STRANDS] = {0};
	struct step *steps = calloc((size_t)JOBS * STRANDS, sizeof(*steps));

	cr_assert_not_null(steps);
	for (unsigned i = 0; i < STRANDS; i++)
		strand_init(&lines[i].strand, pool);
	for (unsigned i = 0; i < JOBS * STRANDS; i++) {
		struct line *line = &lines[i % STRANDS];

		steps[i] = (struct step){{NULL, walk}, line, i / STRANDS};
		strand_submit(&line->strand, &steps[i].job);
	}
	pool_destroy(pool);
	pool = NULL;
	for (unsigned i = 0; i < STRANDS; i++) {
		cr_expect_eq(lines[i].next, JOBS);
		cr_expect_not(lines[i].together);
		cr_expect_not(lines[i].disorder);
		strand_finish(&lines[i].strand);
	}
	free(steps);
	end();
}

Test(pool, a_strand_that_waits_in_a_job_does_not_hold_up_another)
{
	struct strand first, second;
	struct meeting slow, quick;
	sem_t slow_came, slow_leave, quick_came, quick_leave;

	sem_init(&slow_came, 0, 0);
	sem_init(&slow_leave, 0, 0);
	sem_init(&quick_came, 0, 0);
	sem_init(&quick_leave, 0, 1);
	slow = (struct meeting){{NULL, meet}, &slow_came, &slow_leave, false};
	quick = (struct meeting){{NULL, meet}, &quick_came, &quick_leave, false};
	strand_init(&first, pool);
	strand_init(&second, pool);
	strand_submit(&first, &slow.job);
	cr_assert(await(&slow_came));
	strand_submit(&second, &quick.job);
	cr_assert(await(&quick_came));
	sem_post(&slow_leave);
	strand_finish(&first);
	strand_finish(&second);
	end();
}

struct owner {
	struct strand strand;
	struct job job;
	sem_t *freed;
};

static void free_owner(struct job *job)
{
	struct owner *owner = (struct owner *)((char *)job - offsetof(struct owner, job));
	sem_t *freed = owner->freed;

	strand_finish(&owner->strand);
	free(owner);
	sem_post(freed);
}

Test(pool, the_last_job_may_free_the_owner_of_its_strand)
{
	sem_t freed;

	sem_init(&freed, 0, 0);
	for (int i = 0; i < 100; i++) {
		struct owner *owner = calloc(1, sizeof(*owner));

		cr_assert_not_null(owner);
		strand_init(&owner->strand, pool);
		owner->job.run = free_owner;
		owner->freed = &freed;
		strand_submit(&owner->strand, &owner->job);
	}
	for (int i = 0; i < 100; i++)
		cr_assert(await(&freed));
	end();
}

static void say(struct job *job)
{
	sem_post(((struct owner *)((char *)job - offsetof(struct owner, job)))->freed);
}

Test(pool, a_strand_is_finished_while_its_last_job_returns)
{
	sem_t said;

	sem_init(&said, 0, 0);
	for (int i = 0; i < 1000; i++) {
		struct owner *owner = calloc(1, sizeof(*owner));

		cr_assert_not_null(owner);
		strand_init(&owner->strand, pool);
		owner->job.run = say;
		owner->freed = &said;
		strand_submit(&owner->strand, &owner->job);
		cr_assert(await(&said));
		strand_finish(&owner->strand);
		free(owner);
	}
	end();
}

Test(pool, one_that_was_never_made_can_be_destroyed)
{
	pool_destroy(NULL);
	end();
}
