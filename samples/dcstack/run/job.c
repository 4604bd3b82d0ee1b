/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"
#include <stddef.h>

void job_queue_push(struct job_queue *queue, struct job *job)
{
	job->next = NULL;
	if (queue->head)
		queue->tail->next = job;
	else
		queue->head = job;
	queue->tail = job;
}

struct job *job_queue_pop(struct job_queue *queue)
{
	struct job *job = queue->head;

	if (job)
		queue->head = job->next;
	return job;
}

struct job_queue job_queue_take(struct job_queue *queue)
{
	struct job_queue taken = *queue;

	queue->head = NULL;
	return taken;
}

void job_queue_run(struct job_queue queue)
{
	struct job *job;

	while ((job = job_queue_pop(&queue)))
		job->run(job);
}
