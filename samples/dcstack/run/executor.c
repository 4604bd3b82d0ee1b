/* SPDX-License-Identifier: Apache-2.0 */
#include <run/executor.h>

#include "inside.h"
#include "job.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_A_ROUND = 64 };

static _Thread_local const struct executor *current;

uint64_t executor_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool executor_is_current(const struct executor *executor)
{
	return current == executor;
}

/*
 * The write is made under the lock, since with what is brought here the caller may give away what
 * kept the executor alive: who destroys it takes the lock first.
 */
void executor_bring(struct executor *executor, struct job_queue *queue, struct job *job)
{
	job_queue_push(queue, job);
	if (!executor->asleep)
		return;
	executor->asleep = false;
	eventfd_write(executor->inbox_fd, 1);
}

void executor_post(struct executor *executor, struct job *job)
{
	pthread_mutex_lock(&executor->lock);
	executor_bring(executor, &executor->inbox, job);
	pthread_mutex_unlock(&executor->lock);
}

void executor_defer(struct executor *executor, struct job *job)
{
	job_queue_push(&executor->deferred, job);
}

/* false: there is nothing left to do, and it is to stop. */
static bool prepare_sleep(struct executor *executor, int *ret_timeout_ms)
{
	bool busy, stopping;

	pthread_mutex_lock(&executor->lock);
	stopping = executor->stopping;
	busy = executor->inbox.head || executor->woken.head || executor->deferred.head;
	executor->asleep = !busy && !stopping;
	pthread_mutex_unlock(&executor->lock);
	if (stopping && !busy)
		return false;
	*ret_timeout_ms = busy ? 0 : timer_timeout_ms(executor);
	return true;
}

static struct job_queue take(struct executor *executor, struct job_queue *queue)
{
	struct job_queue taken;

	pthread_mutex_lock(&executor->lock);
	executor->asleep = false;
	taken = job_queue_take(queue);
	pthread_mutex_unlock(&executor->lock);
	return taken;
}

/*
 * Each round handles what there was of each kind, and leaves what came meanwhile to the next: none
 * keeps the others waiting. Events only wake tasks, so that no watch goes away among them.
 */
static void run_round(struct executor *executor, const struct epoll_event *events, int count)
{
	struct job_queue jobs = take(executor, &executor->inbox);

	for (int i = 0; i < count; i++) {
		/* Its data is NULL for inbox_fd, which is never read: each write is an edge. */
		if (events[i].data.ptr)
			watch_ready(&events[i]);
	}
	timer_fire_due(executor);
	job_queue_run(jobs);
	job_queue_run(take(executor, &executor->woken));
	job_queue_run(job_queue_take(&executor->deferred));
}

static void run(void *user)
{
	struct epoll_event events[EVENTS_A_ROUND];
	struct executor *executor = user;
	int timeout_ms;

	current = executor;
	while (prepare_sleep(executor, &timeout_ms))
		run_round(executor, events,
			  epoll_wait(executor->epoll_fd, events, EVENTS_A_ROUND, timeout_ms));
}

static void release(struct executor *executor)
{
	if (executor->inbox_fd >= 0)
		close(executor->inbox_fd);
	if (executor->epoll_fd >= 0)
		close(executor->epoll_fd);
	timer_finish_all(executor);
	pthread_mutex_destroy(&executor->lock);
	free(executor);
}

void executor_own(const struct executor *executor, struct track_subject owner)
{
	track_own(owner, track_fd(executor->epoll_fd));
	track_own(owner, track_fd(executor->inbox_fd));
	thread_own(&executor->thread, owner);
}

int executor_create(const char *thread_name, struct executor **ret_executor)
{
	struct epoll_event inbox = {.events = EPOLLIN | EPOLLET};
	struct executor *executor = calloc(1, sizeof(*executor));
	int error = 0;

	if (!executor)
		return -ENOMEM;
	pthread_mutex_init(&executor->lock, NULL);
	executor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	executor->inbox_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (executor->epoll_fd < 0 || executor->inbox_fd < 0 ||
	    epoll_ctl(executor->epoll_fd, EPOLL_CTL_ADD, executor->inbox_fd, &inbox) < 0)
		error = -errno;
	if (!error)
		error = thread_start(&executor->thread, thread_name, run, executor);
	if (error) {
		release(executor);
		return error;
	}
	*ret_executor = executor;
	return 0;
}

void executor_destroy(struct executor *executor)
{
	if (!executor)
		return;
	pthread_mutex_lock(&executor->lock);
	executor->stopping = true;
	if (executor->asleep)
		eventfd_write(executor->inbox_fd, 1);
	executor->asleep = false;
	pthread_mutex_unlock(&executor->lock);
	thread_join(&executor->thread);
	release(executor);
}
