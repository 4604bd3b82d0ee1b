/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <run/pool.h>
#include <semaphore.h>
#include <stddef.h>

enum { WORKERS = 2 };

struct work {
	struct job job;
	sem_t done;
};

static void run_work(struct job *job)
{
	struct work *work = (struct work *)(void *)((char *)job - offsetof(struct work, job));

	sem_post(&work->done);
}

/* Started once, used by every session, and never stopped: it lives as long as the process. */
static int start_process_pool(struct scene *scene)
{
	struct pool *pool;
	int error = pool_create(WORKERS, &pool);

	if (error)
		return error;
	track_scope_open(pool, "process pool", TRACK_PROCESS_LIFE);
	pool_own(pool, track_scope(pool));
	scene->own = pool;
	return 0;
}

static int session(struct scene *scene, unsigned long number)
{
	struct work work = {.job.run = run_work};
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	sem_init(&work.done, 0, 0);
	pool_submit(scene->own, &work.job);
	/* The work is on this stack: it has to be done, however long that takes. */
	while (sem_wait(&work.done))
		;
	sem_destroy(&work.done);
	pair_finish(&pair);
	return error;
}

const struct play play_control_process_pool = {.begin = start_process_pool, .session = session};
