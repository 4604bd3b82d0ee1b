/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task: something that is polled until it is done, in the manner of a future. It is polled once
 * when spawned and again after each wake. A task that is pending and that nobody can wake any
 * more never ends by itself: it must be cancelled.
 */
#ifndef RUN_TASK_H
#define RUN_TASK_H

#include "executor.h"

enum task_state { TASK_PENDING, TASK_DONE };

struct task_class {
	const char *name; /* for who looks with a debugger */
	enum task_state (*poll)(struct task *task, void *state);
	/* The task is over, done or cancelled: free what state holds. May be NULL. Runs once, on
	 * the executor. The task must be forgotten by its owner when this ran. */
	void (*drop)(void *state);
};

/* On the executor or on any other thread. The caller gets a reference (holder "owner") if
 * ret_task is not NULL; the executor has its own until the task is over (and, if it is woken then,
 * the next round has begun). -ENOMEM, and as object_init. */
int task_spawn(struct executor *executor, const struct task_class *class, void *state,
	       struct task **ret_task);

/* Any thread; of a task that is over: nothing. Several wakes before a poll are one. */
void task_wake(struct task *task);

/* On the executor only. drop runs before it returns, or, if called from within the task's own
 * poll, right after that. Takes the owner's reference. NULL or over: only releases. */
void task_cancel(struct task *task);

void task_retain(struct task *task, const char *holder);
void task_release(struct task *task, const char *holder); /* NULL: nothing */

/* A reference by which something wakes a task later: embedded by a timer's or a query's owner. */
struct waker {
	struct task *task;
};
void waker_set(struct waker *waker, struct task *task); /* holder "waker"; drops the one before */
void waker_wake(const struct waker *waker);		/* none set: nothing */
void waker_drop(struct waker *waker);

#endif
