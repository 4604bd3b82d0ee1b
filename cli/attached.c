/* SPDX-License-Identifier: Apache-2.0 */
#include "attached.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static const int watched[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};

enum { OTHER_FDS = 2 }; /* in a poll, before those of processes: signals, wake_fd */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static int take_signals(struct attached *attached)
{
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		sigaddset(&mask, watched[i]);
	attached->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (attached->signal_fd < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, &mask, &attached->mask_before);
	return 0;
}

int attached_begin(const int32_t *pids, size_t count, struct attached *ret_attached)
{
	struct attached attached = {.wake_fd = -1, .signal_fd = -1, .count = count};
	int r;

	attached.pid_fds = calloc(count + 1, sizeof(*attached.pid_fds));
	if (!attached.pid_fds)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		attached.pid_fds[i] = pidfd_open(pids[i], 0);
	r = take_signals(&attached);
	if (r < 0)
		attached_finish(&attached);
	else
		*ret_attached = attached;
	return r;
}

void attached_limit(struct attached *attached, uint64_t timeout_ns)
{
	attached->deadline_ns = timeout_ns ? now_ns() + timeout_ns : 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool all_ended(const struct attached *attached)
{
	for (size_t i = 0; i < attached->count; i++)
		if (attached->pid_fds[i] >= 0)
			return false;
	return attached->count > 0;
}

int attached_step(struct attached *attached, int wait_ms)
{
	struct signalfd_siginfo info;
	struct pollfd *fds = calloc(OTHER_FDS + attached->count, sizeof(*fds));
	int r = 0;

	if (!fds)
		return -ENOMEM;
	fds[0] = (struct pollfd){.fd = attached->signal_fd, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = attached->wake_fd, .events = POLLIN};
	for (size_t i = 0; i < attached->count; i++)
		fds[OTHER_FDS + i] = (struct pollfd){.fd = attached->pid_fds[i], .events = POLLIN};
	if (poll(fds, OTHER_FDS + attached->count, wait_ms) < 0 && errno != EINTR)
		r = -errno;
	for (size_t i = 0; r == 0 && i < attached->count; i++)
		if (fds[OTHER_FDS + i].revents)
			close_fd(&attached->pid_fds[i]);
	free(fds);
	if (r < 0)
		return r;
	return read(attached->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info) ||
	       all_ended(attached) || (attached->deadline_ns && now_ns() >= attached->deadline_ns);
}

void attached_finish(struct attached *attached)
{
	if (!attached->pid_fds)
		return;
	for (size_t i = 0; i < attached->count; i++)
		close_fd(&attached->pid_fds[i]);
	free(attached->pid_fds);
	attached->pid_fds = NULL;
	if (attached->signal_fd >= 0)
		sigprocmask(SIG_SETMASK, &attached->mask_before, NULL);
	close_fd(&attached->signal_fd);
}
