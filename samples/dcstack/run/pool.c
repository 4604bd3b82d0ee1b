/* SPDX-License-Identifier: Apache-2.0 */
#include <run/pool.h>

#include "inside.h"
#include "job.h"
#include "thread.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job_queue queue;
	unsigned idle; /* workers that wait */
	bool stopping;
	unsigned count;
	struct thread threads[];
};

static _Thread_local const struct pool *current;

bool pool_is_current(const struct pool *pool)
{
	return current == pool;
}

/* NULL: none, and none will come. */
static struct job *next(struct pool *pool)
{
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	while (!pool->queue.head && !pool->stopping) {
		pool->idle++;
		pthread_cond_wait(&pool->work, &pool->lock);
		pool->idle--;
	}
	job = job_queue_pop(&pool->queue);
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void work(void *user)
{
	struct pool *pool = user;
	struct job *job;

	current = pool;
	while ((job = next(pool)))
		job->run(job);
}

void pool_own(const struct pool *pool, struct track_subject owner)
{
	for (unsigned i = 0; i < pool->count; i++)
		thread_own(&pool->threads[i], owner);
}

int pool_create(unsigned threads, struct pool **ret_pool)
{
	struct pool *pool = calloc(1, sizeof(*pool) + threads * sizeof(struct thread));
	char name[32];
	int error;

	if (!pool)
		return -ENOMEM;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	while (pool->count < threads) {
		snprintf(name, sizeof(name), "dc worker %u", pool->count);
		error = thread_start(&pool->threads[pool->count], name, work, pool);
		if (error) {
			pool_destroy(pool);
			return error;
		}
		pool->count++;
	}
	*ret_pool = pool;
	return 0;
}

void pool_destroy(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->count; i++)
		thread_join(&pool->threads[i]);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* Signals under the lock: the job may give away what keeps the pool alive. */
void pool_submit(struct pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->lock);
	job_queue_push(&pool->queue, job);
	if (pool->idle)
		pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}
