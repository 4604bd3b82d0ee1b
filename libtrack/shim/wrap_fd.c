/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of the calls that accept, copy and close descriptors. */
#include "block.h"
#include "fd.h"
#include "name.h"
#include "real.h"
#include "stack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <mqueue.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void accepted(int fd, int listener, enum track_call call)
{
	if (fd < 0) {
		fd_refused(call);
		fd_misused(listener, call);
		return;
	}
	fd_opened(fd, fd_class_of(listener), call, listener);
	name_socket(fd, call);
}

/* clang-format off */
BLOCK(int, accept, block_descriptor(listener, TRACK_CALL_accept),
      (int listener, struct sockaddr *address, socklen_t *size), (listener, address, size))
BLOCK(int, accept4, block_descriptor(listener, TRACK_CALL_accept4),
      (int listener, struct sockaddr *address, socklen_t *size, int flags), (listener, address, size, flags))
/* clang-format on */

SHIM_EXPORT int accept(int listener, struct sockaddr *address, socklen_t *size)
{
	int fd = BLOCK_IF(block_may_wait(listener, 0), accept, (listener, address, size));
	accepted(fd, listener, TRACK_CALL_accept);
	return fd;
}

SHIM_EXPORT int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags)
{
	int fd = BLOCK_IF(block_may_wait(listener, 0), accept4, (listener, address, size, flags));
	accepted(fd, listener, TRACK_CALL_accept4);
	return fd;
}

static void duplicated(int from, int fd, enum track_call call)
{
	if (fd < 0)
		fd_refused(call);
	else
		fd_opened(fd, fd_class_of(from), call, from);
}

SHIM_EXPORT int dup(int from)
{
	int fd = REAL(dup)(from);
	duplicated(from, fd, TRACK_CALL_dup);
	return fd;
}

SHIM_EXPORT int dup2(int from, int to)
{
	if (from == to)
		return REAL(dup2)(from, to);
	struct fd_closing closing = fd_close_begin(to, TRACK_CALL_dup2, TRACK_FD_IMPLICIT);
	int fd = REAL(dup2)(from, to);
	fd_replace_end(&closing, fd >= 0, from);
	return fd;
}

SHIM_EXPORT int dup3(int from, int to, int flags)
{
	struct fd_closing closing = fd_close_begin(to, TRACK_CALL_dup3, TRACK_FD_IMPLICIT);
	int fd = REAL(dup3)(from, to, flags);
	fd_replace_end(&closing, fd >= 0, from);
	return fd;
}

static bool duplicates(int command)
{
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
}

SHIM_EXPORT int fcntl(int fd, int command, ...)
{
	va_list args;
	va_start(args, command);
	void *arg = va_arg(args, void *);
	va_end(args);
	int ret = REAL(fcntl)(fd, command, arg);
	if (duplicates(command))
		duplicated(fd, ret, TRACK_CALL_fcntl);
	else if (command == F_SETFL && ret >= 0)
		manner_flags_set(fd, (long)arg & O_NONBLOCK);
	return ret;
}

SHIM_EXPORT int fcntl64(int fd, int command, ...)
{
	va_list args;
	va_start(args, command);
	void *arg = va_arg(args, void *);
	va_end(args);
	int ret = REAL(fcntl64)(fd, command, arg);
	if (duplicates(command))
		duplicated(fd, ret, TRACK_CALL_fcntl64);
	else if (command == F_SETFL && ret >= 0)
		manner_flags_set(fd, (long)arg & O_NONBLOCK);
	return ret;
}

SHIM_EXPORT int close(int fd)
{
	if (unlikely(stack_is_library(__builtin_return_address(0))))
		return stack_is_probe(fd) ? 0 : REAL(close)(fd);
	struct fd_closing closing = fd_close_begin(fd, TRACK_CALL_close, 0);
	int ret;
	pthread_cleanup_push(fd_close_cancelled, &closing);
	ret = REAL(close)(fd);
	pthread_cleanup_pop(0);
	fd_close_end(&closing, ret == 0);
	return ret;
}

/*
 * What libc closes for a stream passes no wrapper. A stream may have no
 * descriptor, or be NULL, whatever the header says: then -1. It may fail for
 * what it had yet to write; only EBADF says that the number was not open.
 */
#define CLOSES_STREAM(function, type, number)                                                      \
	SHIM_EXPORT int function(type *stream)                                                     \
	{                                                                                          \
		type *maybe = stream;                                                              \
		volatile int saved = errno;                                                        \
		int ret;                                                                           \
		__asm__("" : "+r"(maybe));                                                         \
		struct fd_closing closing =                                                        \
			fd_close_begin(maybe ? number(maybe) : -1, TRACK_CALL_##function, 0);      \
		errno = 0;                                                                         \
		pthread_cleanup_push(fd_close_cancelled, &closing);                                \
		ret = REAL(function)(stream);                                                      \
		pthread_cleanup_pop(0);                                                            \
		fd_close_end(&closing, ret != -1 || errno != EBADF);                               \
		errno = errno ? errno : saved;                                                     \
		return ret;                                                                        \
	}

CLOSES_STREAM(fclose, FILE, fileno)
CLOSES_STREAM(pclose, FILE, fileno)
CLOSES_STREAM(closedir, DIR, dirfd)

SHIM_EXPORT int mq_close(mqd_t queue)
{
	struct fd_closing closing = fd_close_begin(queue, TRACK_CALL_mq_close, 0);
	int ret = REAL(mq_close)(queue);
	fd_close_end(&closing, ret == 0);
	return ret;
}

SHIM_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	bool closes = first <= last && !(flags & CLOSE_RANGE_CLOEXEC);
	if (closes)
		fd_range_begin(first, last, TRACK_CALL_close_range);
	int ret = REAL(close_range)(first, last, flags);
	if (closes)
		fd_range_end(first, last, TRACK_CALL_close_range, ret == 0);
	return ret;
}

SHIM_EXPORT void closefrom(int first)
{
	unsigned from = first < 0 ? 0 : (unsigned)first;
	fd_range_begin(from, ~0u, TRACK_CALL_closefrom);
	REAL(closefrom)(first);
	fd_range_end(from, ~0u, TRACK_CALL_closefrom, true);
}
