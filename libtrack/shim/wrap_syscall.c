/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The variadic syscall(): some libraries (libuv) close their sockets with it.
 * The stub in stubs.S sends here only numbers marked in wrap_syscall_seen.
 */
#include "fd.h"
#include "name.h"
#include "process.h"
#include "real.h"
#include "spool.h"
#include "stack.h"
#include "traffic.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Called by the stub. */
long wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
void *wrap_syscall_target(void);

/* By system call number: 1 if wrap_syscall wants it. */
const unsigned char wrap_syscall_seen[512] = {
	[SYS_socket] = 1,  [SYS_socketpair] = 1,  [SYS_accept] = 1,	[SYS_accept4] = 1,
	[SYS_dup] = 1,	   [SYS_dup2] = 1,	  [SYS_dup3] = 1,	[SYS_fcntl] = 1,
	[SYS_close] = 1,   [SYS_close_range] = 1, [SYS_bind] = 1,	[SYS_connect] = 1,
	[SYS_sendto] = 1,  [SYS_sendmsg] = 1,	  [SYS_sendmmsg] = 1,	[SYS_recvfrom] = 1,
	[SYS_recvmsg] = 1, [SYS_recvmmsg] = 1,	  [SYS_read] = 1,	[SYS_readv] = 1,
	[SYS_write] = 1,   [SYS_writev] = 1,	  [SYS_exit_group] = 1, [SYS_io_uring_setup] = 1,
	[SYS_seccomp] = 1,
};

void *wrap_syscall_target(void)
{
	return real_get(TRACK_CALL_syscall);
}

#define CALL TRACK_CALL_syscall
#define DO() REAL(syscall)(number, a, b, c, d, e, f)

static long do_close(long number, long a, long b, long c, long d, long e, long f)
{
	struct fd_closing closing = fd_close_begin((int)a, CALL);
	long ret = DO();
	fd_close_end(&closing, ret == 0);
	return ret;
}

static long do_replace(long number, long a, long b, long c, long d, long e, long f)
{
	if (a == b)
		return DO();
	struct fd_closing closing = fd_replace_begin((int)b, CALL);
	long ret = DO();
	fd_replace_end(&closing, ret >= 0, (int)a);
	return ret;
}

static long do_close_range(long number, long a, long b, long c, long d, long e, long f)
{
	bool closes = (unsigned)a <= (unsigned)b && !(c & CLOSE_RANGE_CLOEXEC);
	if (closes)
		fd_range_closing((unsigned)a, (unsigned)b, CALL);
	long ret = DO();
	if (ret && closes)
		fd_range_failed((unsigned)a, (unsigned)b, CALL);
	return ret;
}

static bool transfers(long number)
{
	return number == SYS_read || number == SYS_write || number == SYS_readv ||
	       number == SYS_writev || number == SYS_sendto || number == SYS_recvfrom ||
	       number == SYS_sendmsg || number == SYS_recvmsg || number == SYS_sendmmsg ||
	       number == SYS_recvmmsg;
}

static bool sends(long number)
{
	return number == SYS_write || number == SYS_writev || number == SYS_sendto ||
	       number == SYS_sendmsg || number == SYS_sendmmsg;
}

static long do_transfer(long number, long a, long b, long c, long d, long e, long f)
{
	if (stack_is_probe(a))
		return number == SYS_write ? stack_probe_write((const void *)b)
					   : stack_probe_read();
	long ret = DO();
	bool many = number == SYS_sendmmsg || number == SYS_recvmmsg;
	ssize_t bytes = many ? traffic_sum((const struct mmsghdr *)b, (int)ret) : ret;
	ssize_t calls = many ? ret : 1;
	if (sends(number))
		traffic_out((int)a, calls, bytes);
	else
		traffic_in((int)a, calls, bytes);
	return ret;
}

/* The calls that open or name: the real call, then a record of what it did. */
static void after(long number, long a, long b, long c, long d, long ret)
{
	enum track_fd_class fd_class = fd_socket_class((int)a, (int)b, (int)c);
	switch (number) {
	case SYS_socket:
		fd_opened((int)ret, fd_class, CALL, -1);
		break;
	case SYS_socketpair:
		fd_opened(((const int *)d)[0], fd_class, CALL, -1);
		fd_opened(((const int *)d)[1], fd_class, CALL, -1);
		break;
	case SYS_accept:
	case SYS_accept4:
		fd_opened((int)ret, fd_class_of((int)a), CALL, (int)a);
		name_socket_now((int)ret, CALL);
		break;
	case SYS_dup:
		fd_opened((int)ret, fd_class_of((int)a), CALL, (int)a);
		break;
	case SYS_fcntl:
		if (b == F_DUPFD || b == F_DUPFD_CLOEXEC)
			fd_opened((int)ret, fd_class_of((int)a), CALL, (int)a);
		break;
	case SYS_bind:
	case SYS_connect:
		name_socket_now((int)a, CALL);
		break;
	case SYS_io_uring_setup:
		spool_note(TRACK_NOTE_IO_URING, 1);
		fd_opened((int)ret, TRACK_FD_CLASS_IO_URING, CALL, -1);
		break;
	}
}

long wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_close)
		return stack_is_probe(a) ? 0 : do_close(number, a, b, c, d, e, f);
	if (number == SYS_dup2 || number == SYS_dup3)
		return do_replace(number, a, b, c, d, e, f);
	if (number == SYS_close_range)
		return do_close_range(number, a, b, c, d, e, f);
	if (transfers(number))
		return do_transfer(number, a, b, c, d, e, f);
	if (number == SYS_seccomp)
		process_sandboxed();
	if (number == SYS_exit_group)
		process_exiting((int)a);
	long ret = DO();
	if (ret >= 0 || (number == SYS_connect && errno == EINPROGRESS))
		after(number, a, b, c, d, ret);
	return ret;
}
