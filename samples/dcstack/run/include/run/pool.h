/* SPDX-License-Identifier: Apache-2.0 */
/* Worker threads, and strands: queues whose jobs run on the pool one at a time, in order. */
#ifndef RUN_POOL_H
#define RUN_POOL_H

#include "executor.h"
#include <pthread.h>
#include <track/track.h>

struct pool;

int pool_create(unsigned threads, struct pool **ret_pool);
/* Runs what is queued, then joins. Not on a worker. NULL: nothing. */
void pool_destroy(struct pool *pool);
/* For who watches: its threads belong to owner. */
void pool_own(const struct pool *pool, struct track_subject owner);
void pool_submit(struct pool *pool, struct job *job); /* any thread */
bool pool_is_current(const struct pool *pool);	      /* is this one of its workers? */

/* Embedded by its owner, who outlives the jobs. Fields belong to strand.c. */
struct strand {
	struct job job; /* stands for the strand in the pool's queue */
	struct pool *pool;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct job_queue queue;
	bool running;
};
void strand_init(struct strand *strand, struct pool *pool);
/* No job is queued. Waits until a running one is over, but for the one it is called from: so the
 * last job may free its strand's owner. */
void strand_finish(struct strand *strand);
void strand_submit(struct strand *strand, struct job *job);

#endif
