/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for what another thread does: never longer than a test may take. */
#include "../entries.inc.c"
#include <errno.h>
#include <run/executor.h>
#include <semaphore.h>
#include <time.h>

enum { AWAIT_SECONDS = 60, CLEANUP_MS = 60000 };

/* false: it did not come. */
static inline bool await(sem_t *event)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += AWAIT_SECONDS;
	while (sem_timedwait(event, &deadline)) {
		if (errno != EINTR)
			return false;
	}
	return true;
}

struct errand {
	struct job job;
	void (*run)(void *user);
	void *user;
	sem_t done;
};

static inline void run_errand(struct job *job)
{
	struct errand *errand = (struct errand *)job;

	errand->run(errand->user);
	sem_post(&errand->done);
}

/* Runs it there, and waits until it ran. */
static inline void on_executor(struct executor *executor, void (*run)(void *user), void *user)
{
	struct errand errand = {.job.run = run_errand, .run = run, .user = user};

	sem_init(&errand.done, 0, 0);
	executor_post(executor, &errand.job);
	cr_assert(await(&errand.done));
	sem_destroy(&errand.done);
}

static inline void nothing(void *user)
{
	(void)user;
}
