/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of the calls that open descriptors, made from the rows of calls.def. */
#include "fd.h"
#include "opens.h"
#include "real.h"
#include "stack.h"

#include <errno.h>
#include <stdarg.h>

/* What libunwind opens, by PLT or from its own code, is not the host's. */
#define CALLER_IS_UNWINDER unlikely(stack_is_library(__builtin_return_address(0)))

/* clang-format off */
#define TRACK_CALL(function, group)

/* What an opening call returned: booked, or refused, or not the host's affair. */
#define OPENED(function, fd, fd_class, name)                                                       \
	if (likely(fd >= 0) && !CALLER_IS_UNWINDER)                                                \
		fd_opened_named(fd, fd_class, TRACK_CALL_##function, name);                        \
	else if (fd < 0)                                                                           \
		fd_refused(TRACK_CALL_##function)

#define TRACK_OPENS(function, fd_class, name, parameters, arguments, example)                      \
	SHIM_EXPORT int function parameters                                                        \
	{                                                                                          \
		int fd = REAL(function) arguments;                                                 \
		OPENED(function, fd, fd_class, name);                                              \
		return fd;                                                                         \
	}

#define TRACK_OPENS_MODE(function, fd_class, name, parameters, arguments, example)                 \
	SHIM_EXPORT int function parameters                                                        \
	{                                                                                          \
		va_list list;                                                                      \
		va_start(list, flags);                                                             \
		mode_t mode = va_arg(list, mode_t);                                                \
		va_end(list);                                                                      \
		int fd = REAL(function) arguments;                                                 \
		OPENED(function, fd, fd_class, name);                                              \
		return fd;                                                                         \
	}

/* libunwind probes memory through a pipe: it gets numbers that no kernel gives out. */
#define TRACK_OPENS_PAIR(function, fd_class, one, other, parameters, arguments, example)           \
	SHIM_EXPORT int function parameters                                                        \
	{                                                                                          \
		if (CALLER_IS_UNWINDER) {                                                          \
			one = STACK_PROBE_READ;                                                    \
			other = STACK_PROBE_WRITE;                                                 \
			return 0;                                                                  \
		}                                                                                  \
		int ret = REAL(function) arguments;                                                \
		if (ret) {                                                                         \
			fd_refused(TRACK_CALL_##function);                                         \
			return ret;                                                                \
		}                                                                                  \
		enum track_fd_class both = fd_class;                                               \
		fd_opened(one, both, TRACK_CALL_##function, -1);                                   \
		fd_opened(other, both, TRACK_CALL_##function, -1);                                 \
		return 0;                                                                          \
	}

#define TRACK_OPENS_STREAM(function, type, number, closer, fd_class, name, parameters, arguments, example) \
	SHIM_EXPORT type *function parameters                                                      \
	{                                                                                          \
		type *stream = REAL(function) arguments;                                           \
		if (!stream) {                                                                     \
			fd_refused(TRACK_CALL_##function);                                         \
			return NULL;                                                               \
		}                                                                                  \
		int fd = number(stream);                                                           \
		if (!CALLER_IS_UNWINDER)                                                           \
			fd_opened_named(fd, fd_class, TRACK_CALL_##function, name);                \
		return stream;                                                                     \
	}

#include <track/calls.def>
#undef TRACK_CALL
/* clang-format on */

/* Those that do not fit the rows' shapes. */
SHIM_EXPORT int signalfd(int existing, const sigset_t *mask, int flags)
{
	int fd = REAL(signalfd)(existing, mask, flags);
	if (existing == -1)
		fd_opened(fd, TRACK_FD_CLASS_SIGNALFD, TRACK_CALL_signalfd, -1);
	return fd;
}

SHIM_EXPORT mqd_t mq_open(const char *name, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	mode_t mode = va_arg(list, mode_t);
	struct mq_attr *attributes = va_arg(list, struct mq_attr *);
	va_end(list);
	mqd_t queue = REAL(mq_open)(name, flags, mode, attributes);
	fd_opened_named(queue, TRACK_FD_CLASS_MQUEUE, TRACK_CALL_mq_open, name);
	return queue;
}

/* Only the parent keeps the terminal's master; the child begins a spool of its own. */
SHIM_EXPORT int forkpty(int *master, char *name, const struct termios *termios,
			const struct winsize *size)
{
	pid_t pid = REAL(forkpty)(master, name, termios, size);
	if (pid > 0)
		fd_opened(*master, TRACK_FD_CLASS_TERMINAL, TRACK_CALL_forkpty, -1);
	else if (pid < 0)
		fd_refused(TRACK_CALL_forkpty);
	return pid;
}

#define FREOPEN(function)                                                                          \
	SHIM_EXPORT FILE *function(const char *path, const char *mode, FILE *stream)               \
	{                                                                                          \
		int saved = errno;                                                                 \
		int before = fileno(stream);                                                       \
		errno = saved;                                                                     \
		fd_close_begin(before, TRACK_CALL_##function, TRACK_FD_IMPLICIT);                  \
		FILE *again = REAL(function)(path, mode, stream);                                  \
		int fd = again ? fileno(again) : -1;                                               \
		if (fd >= 0)                                                                       \
			fd_opened_named(fd, path ? fd_path_class(fd, path, 0) : fd_classify(fd),   \
					TRACK_CALL_##function, path);                              \
		else                                                                               \
			fd_refused(TRACK_CALL_##function);                                         \
		return again;                                                                      \
	}

FREOPEN(freopen)
FREOPEN(freopen64)
