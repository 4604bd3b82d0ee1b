/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

#include <run/pool.h>
#include <stddef.h>

enum { WORKERS = 2 };

struct work {
	struct job job;
	struct gate is_done;
};

static void run_work(struct job *job)
{
	struct work *work = (struct work *)(void *)((char *)job - offsetof(struct work, job));

	gate_open(&work->is_done);
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
	gate_init(&work.is_done);
	pool_submit(scene->own, &work.job);
	gate_await(&work.is_done);
	gate_finish(&work.is_done);
	pair_finish(&pair);
	return error;
}

const struct play play_control_process_pool = {.begin = start_process_pool, .session = session};
