/* SPDX-License-Identifier: Apache-2.0 */
#include <run/executor.h>

#include "inside.h"
#include <errno.h>
#include <run/task.h>
#include <sys/epoll.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

int watch_add(struct watch *watch, struct executor *executor, int fd, uint32_t events,
	      struct task *task)
{
	struct epoll_event event = {.events = events | EPOLLET, .data.ptr = watch};

	if (epoll_ctl(executor->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	task_retain(task, "watch");
	track_waker_made(task, "watch", track_fd(fd));
	*watch = (struct watch){.executor = executor, .task = task, .fd = fd};
	return 0;
}

void watch_change(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLET, .data.ptr = watch};

	epoll_ctl(watch->executor->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void watch_remove(struct watch *watch)
{
	struct task *task = watch->task;

	if (!watch->executor)
		return;
	epoll_ctl(watch->executor->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	track_waker_gone(task, "watch", track_fd(watch->fd));
	watch->executor = NULL;
	watch->task = NULL;
	task_release(task, "watch");
}

void watch_ready(const struct epoll_event *event)
{
	struct watch *watch = event->data.ptr;

	watch->ready |= event->events;
	task_wake(watch->task);
}
