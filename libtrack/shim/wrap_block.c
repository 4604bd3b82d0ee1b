/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers of the calls that wait for one of many descriptors, for a child or for a signal, and of
 * those that say whether calls on a descriptor wait.
 */
#include "block.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* The fortified names, which no public header declares. */
int __poll_chk(struct pollfd *polled, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *polled, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t room);

/* The first of so many. With none it is a pause, which is told only if it has no end. */
static struct standing_wait wait_of(enum track_call call, int first, uint64_t count, bool timed)
{
	return (struct standing_wait){.wait = TRACK_WAIT_DESCRIPTOR,
				      .call = call,
				      .subject = count ? (uint64_t)first : UINT64_MAX,
				      .other = count,
				      .timed = timed};
}

#define PAGE 4096u
#define READ_MOST (1u << 20) /* what is larger is not looked at */

/*
 * Whether what a call is given can be read; if not, that is the kernel's to say. It tells so too
 * when a signal mask is there, and changes none, since there is no such way to change it. A filter
 * may not let that pass.
 */
static bool is_readable(const void *start, size_t size)
{
	uintptr_t at = (uintptr_t)start & ~7ul, end = (uintptr_t)start + size;
	if (size > READ_MOST || end < at || writers_confined())
		return false;
	for (; at < end; at = (at | (PAGE - 1)) + 1)
		if (sys4(SYS_rt_sigprocmask, -1, (long)at, 0, 8) == -EFAULT)
			return false;
	return true;
}

static struct standing_wait wait_of_poll(enum track_call call, const struct pollfd *polled,
					 nfds_t count, bool timed)
{
	int first = -1;
	uint64_t used = 0;
	if (count > READ_MOST || !is_readable(polled, count * sizeof(*polled)))
		return wait_of(call, first, 1, timed);
	for (nfds_t i = 0; i < count; i++) {
		if (polled[i].fd < 0)
			continue;
		first = used++ ? first : polled[i].fd;
	}
	return wait_of(call, first, used, timed);
}

static struct standing_wait wait_of_select(enum track_call call, int count, fd_set *const sets[3],
					   bool timed)
{
	int first = -1;
	uint64_t used = 0;
	size_t bytes = 0;
	if (count > 0)
		bytes = (size_t)(count < FD_SETSIZE ? count + 63 : FD_SETSIZE) / 64 * 8;
	for (int i = 0; i < 3; i++)
		if (sets[i] && !is_readable(sets[i], bytes))
			return wait_of(call, first, 1, timed);
	for (int fd = 0; fd < count && fd < FD_SETSIZE; fd++) {
		bool is_in = false;
		for (int i = 0; i < 3; i++)
			is_in |= sets[i] && FD_ISSET(fd, sets[i]);
		first = is_in && !used ? fd : first;
		used += is_in;
	}
	return wait_of(call, first, used, timed);
}

/* Time-outs: how they are given, and whether a call returns at once with that one. */
static bool is_now(int64_t seconds, int64_t rest)
{
	return !seconds && !rest;
}

#define NOW(timeout, rest) ((timeout) && is_now((timeout)->tv_sec, (timeout)->rest))
/* The same where only the kernel reads it. */
#define NOW_OR_REFUSED(timeout)                                                                    \
	((timeout) && (!is_readable(timeout, sizeof(*(timeout))) || NOW(timeout, tv_nsec)))
#define PAUSES(timed, used) ((timed) && !(used))
#define SETS                                                                                       \
	(fd_set *const[])                                                                          \
	{                                                                                          \
		reads, writes, others                                                              \
	}

/* A call that waits unless the condition holds. */
#define WAITS_UNLESS(at_once, type, function, what, parameters, arguments)                         \
	BLOCK(type, function, what, parameters, arguments)                                         \
	SHIM_EXPORT type function parameters                                                       \
	{                                                                                          \
		return BLOCK_IF(!(at_once) && standing_writer(), function, arguments);             \
	}

#define POLLS(function, at_once, timed, parameters, arguments)                                     \
	WAITS_UNLESS((at_once) || PAUSES(timed, count), int, function,                             \
		     wait_of_poll(TRACK_CALL_##function, polled, count, timed), parameters,        \
		     arguments)
#define SELECTS(function, rest, parameters, arguments)                                             \
	WAITS_UNLESS(NOW(timeout, rest) || PAUSES(timeout, count), int, function,                  \
		     wait_of_select(TRACK_CALL_##function, count, SETS, timeout), parameters,      \
		     arguments)
#define EPOLLS(function, at_once, timed, parameters, arguments)                                    \
	WAITS_UNLESS(at_once, int, function, wait_of(TRACK_CALL_##function, epoll, 1, timed),      \
		     parameters, arguments)
#define CHILD(type, function, at_once, child, parameters, arguments)                               \
	WAITS_UNLESS(at_once, type, function,                                                      \
		     ((struct standing_wait){.wait = TRACK_WAIT_CHILD,                             \
					     .call = TRACK_CALL_##function,                        \
					     .subject = (uint64_t)(child)}),                       \
		     parameters, arguments)
#define SIGNALS(function, at_once, is_timed, parameters, arguments)                                \
	WAITS_UNLESS(at_once, int, function,                                                       \
		     ((struct standing_wait){.wait = TRACK_WAIT_SIGNAL,                            \
					     .call = TRACK_CALL_##function,                        \
					     .timed = is_timed}),                                  \
		     parameters, arguments)

/* clang-format off */
POLLS(poll, !timeout, timeout > 0, (struct pollfd *polled, nfds_t count, int timeout), (polled, count, timeout))
POLLS(__poll_chk, !timeout, timeout > 0, (struct pollfd *polled, nfds_t count, int timeout, size_t room),
      (polled, count, timeout, room))
POLLS(ppoll, NOW(timeout, tv_nsec), timeout,
      (struct pollfd *polled, nfds_t count, const struct timespec *timeout, const sigset_t *mask), (polled, count, timeout, mask))
POLLS(__ppoll_chk, NOW(timeout, tv_nsec), timeout,
      (struct pollfd *polled, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room),
      (polled, count, timeout, mask, room))
SELECTS(select, tv_usec, (int count, fd_set *restrict reads, fd_set *restrict writes, fd_set *restrict others, struct timeval *restrict timeout),
        (count, reads, writes, others, timeout))
SELECTS(pselect, tv_nsec, (int count, fd_set *restrict reads, fd_set *restrict writes, fd_set *restrict others,
                           const struct timespec *restrict timeout, const sigset_t *restrict mask),
        (count, reads, writes, others, timeout, mask))
EPOLLS(epoll_wait, !timeout, timeout > 0, (int epoll, struct epoll_event *events, int most, int timeout), (epoll, events, most, timeout))
EPOLLS(epoll_pwait, !timeout, timeout > 0, (int epoll, struct epoll_event *events, int most, int timeout, const sigset_t *mask),
       (epoll, events, most, timeout, mask))
EPOLLS(epoll_pwait2, NOW_OR_REFUSED(timeout), timeout,
       (int epoll, struct epoll_event *events, int most, const struct timespec *timeout, const sigset_t *mask),
       (epoll, events, most, timeout, mask))

CHILD(pid_t, wait, false, -1, (int *status), (status))
CHILD(pid_t, waitpid, options & WNOHANG, pid, (pid_t pid, int *status, int options), (pid, status, options))
CHILD(pid_t, wait3, options & WNOHANG, -1, (int *status, int options, struct rusage *usage), (status, options, usage))
CHILD(pid_t, wait4, options & WNOHANG, pid, (pid_t pid, int *status, int options, struct rusage *usage), (pid, status, options, usage))
CHILD(int, waitid, options & WNOHANG, type == P_PID ? (int64_t)id : -1, (idtype_t type, id_t id, siginfo_t *info, int options),
      (type, id, info, options))

SIGNALS(sigwait, false, false, (const sigset_t *restrict set, int *restrict number), (set, number))
SIGNALS(sigwaitinfo, false, false, (const sigset_t *restrict set, siginfo_t *restrict info), (set, info))
SIGNALS(sigtimedwait, NOW_OR_REFUSED(timeout), timeout,
        (const sigset_t *restrict set, siginfo_t *restrict info, const struct timespec *restrict timeout), (set, info, timeout))
/* clang-format on */

SHIM_EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	int ret = REAL(setsockopt)(fd, level, option, value, size);
	if (level == SOL_SOCKET && option == SO_RCVTIMEO)
		manner_forget(fd);
	return ret;
}

SHIM_EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	va_start(args, request);
	void *arg = va_arg(args, void *);
	va_end(args);
	int ret = REAL(ioctl)(fd, request, arg);
	if (request == FIONBIO && !ret)
		manner_flags_set(fd, *(const int *)arg);
	return ret;
}
