/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of the calls that open and close descriptors. */
#include "fd.h"
#include "name.h"
#include "real.h"
#include "stack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

SHIM_EXPORT int socket(int domain, int type, int protocol)
{
	int fd = REAL(socket)(domain, type, protocol);
	fd_opened(fd, fd_socket_class(domain, type, protocol), TRACK_CALL_socket, -1);
	return fd;
}

SHIM_EXPORT int socketpair(int domain, int type, int protocol, int fds[2])
{
	int ret = REAL(socketpair)(domain, type, protocol, fds);
	if (!ret) {
		enum track_fd_class fd_class = fd_socket_class(domain, type, protocol);
		fd_opened(fds[0], fd_class, TRACK_CALL_socketpair, -1);
		fd_opened(fds[1], fd_class, TRACK_CALL_socketpair, -1);
	}
	return ret;
}

static void accepted(int fd, int listener, enum track_call call)
{
	if (fd < 0)
		return;
	fd_opened(fd, fd_class_of(listener), call, listener);
	name_socket_now(fd, call);
}

SHIM_EXPORT int accept(int listener, struct sockaddr *address, socklen_t *size)
{
	int fd = REAL(accept)(listener, address, size);
	accepted(fd, listener, TRACK_CALL_accept);
	return fd;
}

SHIM_EXPORT int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags)
{
	int fd = REAL(accept4)(listener, address, size, flags);
	accepted(fd, listener, TRACK_CALL_accept4);
	return fd;
}

SHIM_EXPORT int dup(int from)
{
	int fd = REAL(dup)(from);
	if (fd >= 0)
		fd_opened(fd, fd_class_of(from), TRACK_CALL_dup, from);
	return fd;
}

SHIM_EXPORT int dup2(int from, int to)
{
	if (from == to)
		return REAL(dup2)(from, to);
	struct fd_closing closing = fd_replace_begin(to, TRACK_CALL_dup2);
	int fd = REAL(dup2)(from, to);
	fd_replace_end(&closing, fd >= 0, from);
	return fd;
}

SHIM_EXPORT int dup3(int from, int to, int flags)
{
	struct fd_closing closing = fd_replace_begin(to, TRACK_CALL_dup3);
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
	if (duplicates(command) && ret >= 0)
		fd_opened(ret, fd_class_of(fd), TRACK_CALL_fcntl, fd);
	return ret;
}

SHIM_EXPORT int fcntl64(int fd, int command, ...)
{
	va_list args;
	va_start(args, command);
	void *arg = va_arg(args, void *);
	va_end(args);
	int ret = REAL(fcntl64)(fd, command, arg);
	if (duplicates(command) && ret >= 0)
		fd_opened(ret, fd_class_of(fd), TRACK_CALL_fcntl64, fd);
	return ret;
}

SHIM_EXPORT int close(int fd)
{
	if (stack_is_probe(fd))
		return 0;
	struct fd_closing closing = fd_close_begin(fd, TRACK_CALL_close);
	int ret;
	pthread_cleanup_push(fd_close_cancelled, &closing);
	ret = REAL(close)(fd);
	pthread_cleanup_pop(0);
	fd_close_end(&closing, ret == 0);
	return ret;
}

/* A stream made of a socket (fdopen) takes it along. Streams of files are not followed. */
SHIM_EXPORT int fclose(FILE *stream)
{
	int saved = errno;
	int fd = fileno(stream);
	errno = saved;
	if (!fd_is_open(fd))
		return REAL(fclose)(stream);
	struct fd_closing closing = fd_close_begin(fd, TRACK_CALL_fclose);
	int ret = REAL(fclose)(stream);
	fd_close_end(&closing, ret == 0);
	return ret;
}

SHIM_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	bool closes = first <= last && !(flags & CLOSE_RANGE_CLOEXEC);
	if (closes)
		fd_range_closing(first, last, TRACK_CALL_close_range);
	int ret = REAL(close_range)(first, last, flags);
	if (ret && closes)
		fd_range_failed(first, last, TRACK_CALL_close_range);
	return ret;
}

SHIM_EXPORT void closefrom(int first)
{
	fd_range_closing(first < 0 ? 0 : (unsigned)first, ~0u, TRACK_CALL_closefrom);
	REAL(closefrom)(first);
}

SHIM_EXPORT int pipe2(int fds[2], int flags)
{
	if (unlikely(stack_is_library(__builtin_return_address(0)))) {
		fds[0] = STACK_PROBE_READ;
		fds[1] = STACK_PROBE_WRITE;
		return 0;
	}
	return REAL(pipe2)(fds, flags);
}
