/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of an executor know of each other, and what the library asks them to count. */
#ifndef RUN_INSIDE_H
#define RUN_INSIDE_H

#include "thread.h"
#include <run/executor.h>
#include <run/pool.h>
#include <run/resolver.h>
#include <run/timer.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <track/track.h>

struct executor {
	struct thread thread;
	int epoll_fd;
	int inbox_fd; /* an eventfd, to end a sleep */

	pthread_mutex_t lock; /* of what other threads reach: */
	struct job_queue inbox;
	struct job_queue woken; /* tasks to poll */
	bool asleep;		/* or about to sleep: who brings work has to write to inbox_fd */
	bool stopping;

	/* On its thread only. */
	struct job_queue deferred;
	struct timer **timers; /* a binary heap from [1], the earliest first */
	size_t timer_count, timer_capacity;
};

/* Puts job into one of the queues under the lock, which the caller holds. */
void executor_bring(struct executor *executor, struct job_queue *queue, struct job *job);

/* Fires what was due when it began. */
void timer_fire_due(struct executor *executor);
/* Until the earliest, rounded up, for epoll_wait: -1 where there is none. */
int timer_timeout_ms(const struct executor *executor);
void timer_finish_all(struct executor *executor);

/* Notes an event of epoll with its watch, and wakes the watch's task. */
void watch_ready(const struct epoll_event *event);

/* A token of the library, as library_enter and library_leave; an object tells of its own, since it
 * has no address any more when it gives it back. */
int token_take(void);
void token_drop(void);
/* For who watches: what keeps the library, by a token. */
void library_keep(struct track_subject holder);
void library_unkeep(struct track_subject holder);
/* And what belongs to whom: the threads and descriptors of an executor, .. */
void executor_own(const struct executor *executor, struct track_subject owner);
void resolver_own(const struct resolver *resolver, struct track_subject owner);
void thread_own(const struct thread *thread, struct track_subject owner);

unsigned object_count(void);
unsigned task_pending_count(void);
unsigned timer_armed_count(void);

#endif
