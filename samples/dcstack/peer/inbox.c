/* SPDX-License-Identifier: Apache-2.0 */
#include "inbox.h"

#include "owner.h"

static struct job *take(struct inbox *inbox)
{
	struct job *first;

	pthread_mutex_lock(&inbox->lock);
	first = inbox->first;
	inbox->first = NULL;
	inbox->last = &inbox->first;
	pthread_mutex_unlock(&inbox->lock);
	return first;
}

/* Has more come meanwhile? If not, the next job has to post again. */
static bool has_more(struct inbox *inbox)
{
	bool more;

	pthread_mutex_lock(&inbox->lock);
	more = inbox->first;
	inbox->posted = more;
	pthread_mutex_unlock(&inbox->lock);
	return more;
}

static void drain(struct job *job)
{
	struct inbox *inbox = OWNER_OF(job, struct inbox, drain);
	struct job *next;

	for (job = take(inbox); job; job = next) {
		next = job->next;
		job->run(job);
	}
	/* Others of this executor come first. */
	if (has_more(inbox))
		executor_post(inbox->executor, &inbox->drain);
	else
		object_release(inbox->owner, "inbox");
}

void inbox_init(struct inbox *inbox, struct executor *executor, struct object *owner)
{
	*inbox = (struct inbox){.executor = executor, .owner = owner, .drain.run = drain};
	inbox->last = &inbox->first;
	pthread_mutex_init(&inbox->lock, NULL);
}

void inbox_finish(struct inbox *inbox)
{
	pthread_mutex_destroy(&inbox->lock);
}

void inbox_put(struct inbox *inbox, struct job *job)
{
	bool first;

	job->next = NULL;
	pthread_mutex_lock(&inbox->lock);
	*inbox->last = job;
	inbox->last = &job->next;
	first = !inbox->posted;
	inbox->posted = true;
	pthread_mutex_unlock(&inbox->lock);
	if (!first)
		return;
	object_retain(inbox->owner, "inbox");
	executor_post(inbox->executor, &inbox->drain);
}
