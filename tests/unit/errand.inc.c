/* SPDX-License-Identifier: Apache-2.0 */
/* What a test has an executor do, and waits for. */
#include "deadline.inc.c"

#include <criterion/criterion.h>
#include <run/executor.h>

struct errand {
	struct job job;
	void (*run)(void *user);
	void *user;
	sem_t done;
};

static inline void errand_run(struct job *job)
{
	struct errand *errand = (struct errand *)job;

	errand->run(errand->user);
	sem_post(&errand->done);
}

/* Its job is to be posted, and then awaited. */
static inline void errand_init(struct errand *errand, void (*run)(void *user), void *user)
{
	*errand = (struct errand){.job.run = errand_run, .run = run, .user = user};
	sem_init(&errand->done, 0, 0);
}

static inline void errand_await(struct errand *errand)
{
	cr_assert(await_within(&errand->done, AWAIT_MS), "an executor does nothing any more");
	sem_destroy(&errand->done);
}

/* Returns when it ran there. */
static inline void run_on(struct executor *executor, void (*run)(void *user), void *user)
{
	struct errand errand;

	errand_init(&errand, run, user);
	executor_post(executor, &errand.job);
	errand_await(&errand);
}
