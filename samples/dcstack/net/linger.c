/* SPDX-License-Identifier: Apache-2.0 */
#include "linger.h"

#include <errno.h>
#include <run/task.h>
#include <run/timer.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 16384, READS_A_POLL = 16 };

struct linger_end {
	int fd;
	struct watch watch;
	struct task *task;
	struct timer limit;
	bool expired;
};

static void expire(void *user)
{
	struct linger_end *end = user;

	end->expired = true;
	task_wake(end->task);
}

/* What still comes is for nobody. false: the peer has closed, or the connection broke. */
static bool discard(const struct linger_end *end, bool *ret_more)
{
	uint8_t buffer[READ_BYTES];
	ssize_t size = recv(end->fd, buffer, sizeof(buffer), 0);

	*ret_more = size > 0 || (size < 0 && errno == EINTR);
	return *ret_more || (size < 0 && errno == EAGAIN);
}

static enum task_state linger_poll(struct task *task, void *state)
{
	struct linger_end *end = state;
	bool open = !end->expired, more = true;

	for (int reads = 0; open && more && reads < READS_A_POLL; reads++)
		open = discard(end, &more);
	if (!open)
		return TASK_DONE;
	if (more)
		task_wake(task);
	return TASK_PENDING;
}

static void linger_drop(void *state)
{
	struct linger_end *end = state;

	timer_cancel(&end->limit);
	watch_remove(&end->watch);
	task_release(end->task, "owner");
	if (end->fd >= 0)
		close(end->fd);
	free(end);
}

static const struct task_class linger_task = {
	.name = "tcp linger",
	.poll = linger_poll,
	.drop = linger_drop,
};

int linger_start(struct executor *executor, int fd, unsigned limit_ms)
{
	struct linger_end *end = calloc(1, sizeof(*end));

	if (end == NULL)
		return -ENOMEM;
	end->fd = -1; /* the caller's, as long as this may fail */
	timer_init(&end->limit, executor, "tcp linger", expire, end);
	int error = task_spawn(executor, &linger_task, end, &end->task);
	if (error < 0) {
		free(end);
		return error;
	}
	error = watch_add(&end->watch, executor, fd, EPOLLIN | EPOLLRDHUP, end->task);
	if (error == 0)
		error = timer_arm(&end->limit, TIMER_MS(limit_ms));
	if (error == 0 && shutdown(fd, SHUT_WR) < 0)
		error = -errno;
	if (error == 0) {
		end->fd = fd;
		return 0;
	}
	struct task *task = end->task;
	end->task = NULL;
	task_cancel(task);
	return error;
}
