/* SPDX-License-Identifier: Apache-2.0 */
#include <run/task.h>

#include "inside.h"
#include <errno.h>
#include <run/object.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

struct task {
	struct object object;
	struct job job; /* in the executor's queue of woken tasks */
	struct executor *executor;
	const struct task_class *class;
	void *state;
	bool queued;	  /* under the executor's lock */
	atomic_bool over; /* written under it */
	bool polling, cancelled;
};

static atomic_uint pending;

unsigned task_pending_count(void)
{
	return atomic_load(&pending);
}

static void destroy(struct object *object)
{
	free(object);
}

static const struct object_class task_object_class = {.name = "task", .destroy = destroy};

void task_retain(struct task *task, const char *holder)
{
	object_retain(&task->object, holder);
}

void task_release(struct task *task, const char *holder)
{
	if (task)
		object_release(&task->object, holder);
}

static bool unqueue(struct task *task)
{
	bool over;

	pthread_mutex_lock(&task->executor->lock);
	task->queued = false;
	over = atomic_load(&task->over);
	pthread_mutex_unlock(&task->executor->lock);
	return !over;
}

/* While it is queued, the queue keeps the executor's reference. */
static void end(struct task *task)
{
	bool queued;

	pthread_mutex_lock(&task->executor->lock);
	track_task_done(task);
	atomic_store(&task->over, true);
	queued = task->queued;
	pthread_mutex_unlock(&task->executor->lock);
	atomic_fetch_sub(&pending, 1);
	if (task->class->drop)
		task->class->drop(task->state);
	if (!queued)
		task_release(task, "executor");
}

static void poll_woken(struct job *job)
{
	struct task *task = (struct task *)((char *)job - offsetof(struct task, job));
	enum task_state state;

	if (!unqueue(task)) {
		task_release(task, "executor");
		return;
	}
	task->polling = true;
	track_task_poll(task);
	state = task->class->poll(task, task->state);
	track_task_polled(task);
	task->polling = false;
	if (state == TASK_DONE || task->cancelled)
		end(task);
}

int task_spawn(struct executor *executor, const struct task_class *class, void *state,
	       struct task **ret_task)
{
	struct task *task = calloc(1, sizeof(*task));
	int error;

	if (!task)
		return -ENOMEM;
	error = object_init(&task->object, &task_object_class, "executor");
	if (error) {
		free(task);
		return error;
	}
	task->job.run = poll_woken;
	task->executor = executor;
	task->class = class;
	task->state = state;
	atomic_fetch_add(&pending, 1);
	track_task_spawn(task, class->name);
	/* What it is in memory stays as long as anybody has it, also when it is done. */
	track_own(track_task(task), track_object(task));
	/* Before the first poll, which may look there. */
	if (ret_task) {
		task_retain(task, "owner");
		*ret_task = task;
	}
	task_wake(task);
	return 0;
}

void task_wake(struct task *task)
{
	struct executor *executor = task->executor;

	/* The executor need not be there any more. */
	if (atomic_load(&task->over))
		return;
	pthread_mutex_lock(&executor->lock);
	if (!task->queued && !atomic_load(&task->over)) {
		task->queued = true;
		track_task_wake(task);
		executor_bring(executor, &executor->woken, &task->job);
	}
	pthread_mutex_unlock(&executor->lock);
}

void task_cancel(struct task *task)
{
	if (!task)
		return;
	if (task->polling)
		task->cancelled = true;
	else if (!atomic_load(&task->over))
		end(task);
	task_release(task, "owner");
}

void waker_set(struct waker *waker, struct task *task)
{
	task_retain(task, "waker");
	track_waker_made(task, "waker", track_nobody());
	waker_drop(waker);
	waker->task = task;
}

void waker_wake(const struct waker *waker)
{
	if (waker->task)
		task_wake(waker->task);
}

void waker_drop(struct waker *waker)
{
	struct task *task = waker->task;

	waker->task = NULL;
	if (task)
		track_waker_gone(task, "waker", track_nobody());
	task_release(task, "waker");
}
