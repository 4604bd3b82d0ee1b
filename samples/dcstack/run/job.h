/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of jobs: first in, first out. Zeroed is empty. */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include <run/executor.h>

void job_queue_push(struct job_queue *queue, struct job *job);
struct job *job_queue_pop(struct job_queue *queue); /* NULL: empty */

/* Leaves queue empty. */
struct job_queue job_queue_take(struct job_queue *queue);

/* Runs and so gives away every job in it. */
void job_queue_run(struct job_queue queue);

#endif
