/* SPDX-License-Identifier: Apache-2.0 */
#include <run/pool.h>

#include "job.h"
#include <run/fault.h>
#include <stddef.h>
#include <track/track.h>

/* The strand whose job this thread runs; NULL again if the job finishes it. */
static _Thread_local const struct strand *current;

/* For who watches: a job, whose end strand_finish waits for, is a call of its own. */
static void tell_begin(const struct strand *strand)
{
	track_callback_arm(strand, "strand's job", 0);
	track_callback_enter(strand);
}

static void tell_end(const struct strand *strand)
{
	track_callback_leave(strand);
	track_callback_release(strand);
}

/* One job, and back into the pool's queue: a busy strand does not keep others waiting. */
static void run_one(struct job *job)
{
	struct strand *strand = (struct strand *)((char *)job - offsetof(struct strand, job));
	struct pool *pool = strand->pool;
	bool more;

	pthread_mutex_lock(&strand->lock);
	job = job_queue_pop(&strand->queue);
	pthread_mutex_unlock(&strand->lock);
	current = strand;
	tell_begin(strand);
	job->run(job);
	if (current != strand)
		return;
	tell_end(strand);
	current = NULL;

	pthread_mutex_lock(&strand->lock);
	more = strand->queue.head;
	strand->running = more;
	if (!more)
		pthread_cond_broadcast(&strand->idle);
	pthread_mutex_unlock(&strand->lock);
	if (more)
		pool_submit(pool, &strand->job);
}

void strand_init(struct strand *strand, struct pool *pool)
{
	*strand = (struct strand){.job.run = run_one, .pool = pool};
	pthread_mutex_init(&strand->lock, NULL);
	pthread_cond_init(&strand->idle, NULL);
}

/* The job has its own way to end it: who waits for it there waits for himself. */
static bool ends_itself(const struct strand *strand)
{
	return current == strand && !fault_on(FAULT_DESTROY_IN_OWN_CALLBACK);
}

void strand_finish(struct strand *strand)
{
	if (ends_itself(strand)) {
		current = NULL;
		tell_end(strand);
	} else {
		pthread_mutex_lock(&strand->lock);
		track_block(track_callback(strand), "the end of its job");
		while (strand->running)
			pthread_cond_wait(&strand->idle, &strand->lock);
		track_unblock(track_callback(strand));
		pthread_mutex_unlock(&strand->lock);
	}
	pthread_cond_destroy(&strand->idle);
	pthread_mutex_destroy(&strand->lock);
}

void strand_submit(struct strand *strand, struct job *job)
{
	struct pool *pool = strand->pool;
	bool start;

	pthread_mutex_lock(&strand->lock);
	start = !strand->running;
	strand->running = true;
	job_queue_push(&strand->queue, job);
	pthread_mutex_unlock(&strand->lock);
	if (start)
		pool_submit(pool, &strand->job);
}
