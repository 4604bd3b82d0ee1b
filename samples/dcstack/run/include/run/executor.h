/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An executor: one thread, one epoll, a queue of woken tasks, a heap of timers, an inbox of jobs.
 * A connection lives on one executor; protocol code runs only there and needs no lock.
 */
#ifndef RUN_EXECUTOR_H
#define RUN_EXECUTOR_H

#include <stdbool.h>
#include <stdint.h>

struct executor;
struct task;

/* Embedded in what is handed over; the giver's until it is posted, the runner's afterwards. */
struct job {
	struct job *next;
	void (*run)(struct job *job);
};
struct job_queue {
	struct job *head, *tail; /* zeroed: empty */
};

int executor_create(const char *thread_name, struct executor **ret_executor);
/* Runs what was posted, then ends and joins the thread. Not on the thread itself; its tasks are
 * over by then, and its timers are not fired any more. NULL: nothing. */
void executor_destroy(struct executor *executor);

bool executor_is_current(const struct executor *executor);

/* Any thread. Jobs run on the executor in the order posted. */
void executor_post(struct executor *executor, struct job *job);

/* On the executor only: run job once, when the events of this round are handled, before it sleeps.
 * A job that is already deferred must not be deferred again. */
void executor_defer(struct executor *executor, struct job *job);

/* CLOCK_MONOTONIC. */
uint64_t executor_clock_ns(void);

/*
 * A descriptor that wakes a task, edge-triggered (EPOLLET): the task reads until EAGAIN. Belongs
 * to the caller; fields are for executor.c, but for ready: the epoll events seen since the task
 * cleared it. On the executor only.
 */
struct watch {
	struct executor *executor;
	struct task *task;
	int fd;
	uint32_t ready;
};
/* Retains task (holder "watch"). events: EPOLLIN, EPOLLOUT. */
int watch_add(struct watch *watch, struct executor *executor, int fd, uint32_t events,
	      struct task *task);
/* Other events; what is ready is told again. */
void watch_change(struct watch *watch, uint32_t events);
/* Before fd is closed. Releases the task. A watch that is not added: nothing. */
void watch_remove(struct watch *watch);

#endif
