/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

#include <limits.h>
#include <run/library.h>
#include <run/pool.h>

enum { CLEANUP_MS = 10000 };

struct last_work {
	struct job job;
	struct gate is_over;
};

/* The worker that it runs on is joined by the cleanup. */
static void clean_up(struct job *job)
{
	struct last_work *work = (struct last_work *)job;

	library_cleanup(UINT_MAX);
	gate_open(&work->is_over);
}

static int talk(void)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	pair_finish(&pair);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct last_work work = {.job.run = clean_up};
	int error = library_start(NULL);

	(void)number;
	if (error)
		return error;
	gate_init(&work.is_over);
	error = talk();
	scene_strike(scene);
	pool_submit(library_pool(), &work.job);
	gate_await(&work.is_over);
	scene_calm(scene);
	gate_finish(&work.is_over);
	return error ? error : library_cleanup(CLEANUP_MS);
}

const struct play play_join_own_thread = {.session = session, .has_own_library = true};
