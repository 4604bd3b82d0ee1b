/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The variadic syscall(): some libraries (libuv) close their sockets with it.
 * The stub in stubs.S sends here only numbers that have a row in the table below.
 */
#include "block.h"
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
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL TRACK_CALL_syscall

struct arguments {
	long number, a, b, c, d, e, f;
	bool unwinds; /* libunwind calls */
	const uint64_t *frame;
};

typedef long handler(const struct arguments *call);

/* Called by the stub. */
long wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
void *wrap_syscall_target(void);

void *wrap_syscall_target(void)
{
	return real_get(TRACK_CALL_syscall);
}

static long go(const struct arguments *call)
{
	return REAL(syscall)(call->number, call->a, call->b, call->c, call->d, call->e, call->f);
}

static long wait_and_go(const struct arguments *call, const struct standing_wait *wait)
{
	struct standing_block block;
	standing_block(&block, standing_writer(), wait, call->frame);
	long ret = go(call);
	standing_unblock(&block);
	if (ret < 0)
		block_failed(wait);
	return ret;
}

static long go_on_descriptor(const struct arguments *call, int flags)
{
	if (!block_may_wait((int)call->a, flags))
		return go(call);
	const struct standing_wait wait = block_descriptor((int)call->a, CALL);
	return wait_and_go(call, &wait);
}

/* Where recv and the like have their flags. */
static int flags_of(const struct arguments *call)
{
	switch (call->number) {
	case SYS_recvfrom:
	case SYS_recvmmsg:
		return (int)call->d;
	case SYS_recvmsg:
		return (int)call->c;
	default:
		return 0;
	}
}

static long do_futex(const struct arguments *call)
{
	bool waits = false;
	switch (call->b & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		waits = true;
	}
	if (!waits)
		return go(call);
	const struct standing_wait wait = {.wait = TRACK_WAIT_FUTEX,
					   .call = CALL,
					   .subject = (uint64_t)call->a,
					   .timed = call->d};
	return wait_and_go(call, &wait);
}

static bool is_probed(const struct arguments *call)
{
	return unlikely(call->unwinds) && stack_is_probe(call->a);
}

static long do_close(const struct arguments *call)
{
	if (is_probed(call))
		return 0;
	struct fd_closing closing = fd_close_begin((int)call->a, CALL, 0);
	long ret = go(call);
	fd_close_end(&closing, ret == 0);
	return ret;
}

static long do_replace(const struct arguments *call)
{
	if (call->a == call->b)
		return go(call);
	struct fd_closing closing = fd_close_begin((int)call->b, CALL, TRACK_FD_IMPLICIT);
	long ret = go(call);
	fd_replace_end(&closing, ret >= 0, (int)call->a);
	return ret;
}

static long do_close_range(const struct arguments *call)
{
	unsigned first = (unsigned)call->a, last = (unsigned)call->b;
	bool closes = first <= last && !(call->c & CLOSE_RANGE_CLOEXEC);
	if (closes)
		fd_range_begin(first, last, CALL);
	long ret = go(call);
	if (closes)
		fd_range_end(first, last, CALL, ret == 0);
	return ret;
}

static long do_send(const struct arguments *call)
{
	if (is_probed(call))
		return stack_probe_write((const void *)call->b);
	long ret = go(call);
	if (ret < 0)
		fd_misused((int)call->a, CALL);
	else if (call->number == SYS_sendmmsg)
		traffic_out((int)call->a, ret, traffic_sum((const void *)call->b, (int)ret));
	else
		traffic_out((int)call->a, 1, ret);
	return ret;
}

static long do_receive(const struct arguments *call)
{
	if (is_probed(call))
		return stack_probe_read();
	long ret = go_on_descriptor(call, flags_of(call));
	if (ret < 0)
		fd_misused((int)call->a, CALL);
	else
		traffic_in((int)call->a, 1, ret);
	return ret;
}

static long do_receive_message(const struct arguments *call)
{
	long ret = do_receive(call);
	if (ret >= 0)
		fd_received((const void *)call->b, CALL);
	return ret;
}

static long do_receive_many(const struct arguments *call)
{
	const struct mmsghdr *messages = (const void *)call->b;
	long ret = go_on_descriptor(call, flags_of(call));
	if (ret < 0)
		fd_misused((int)call->a, CALL);
	for (long i = 0; i < ret; i++)
		fd_received(&messages[i].msg_hdr, CALL);
	traffic_in((int)call->a, ret, traffic_sum(messages, (int)ret));
	return ret;
}

static long copied(const struct arguments *call, long ret)
{
	if (ret < 0)
		fd_refused(CALL);
	else
		fd_opened((int)ret, fd_class_of((int)call->a), CALL, (int)call->a);
	return ret;
}

static long do_copy(const struct arguments *call)
{
	return copied(call, go(call));
}

static long do_accept(const struct arguments *call)
{
	long ret = copied(call, go_on_descriptor(call, 0));
	if (ret >= 0)
		name_socket((int)ret, CALL);
	else
		fd_misused((int)call->a, CALL);
	return ret;
}

static long do_control(const struct arguments *call)
{
	if (call->b == F_DUPFD || call->b == F_DUPFD_CLOEXEC)
		return do_copy(call);
	long ret = go(call);
	if (call->b == F_SETFL && ret >= 0)
		manner_flags_set((int)call->a, call->c & O_NONBLOCK);
	return ret;
}

static long do_name(const struct arguments *call)
{
	long ret = go(call);
	if (!ret || (call->number == SYS_connect && errno == EINPROGRESS))
		name_socket((int)call->a, CALL);
	else
		fd_misused((int)call->a, CALL);
	return ret;
}

static long do_socket(const struct arguments *call)
{
	long ret = go(call);
	fd_opened((int)ret, fd_socket_class((int)call->a, (int)call->b, (int)call->c), CALL, -1);
	return ret;
}

static long open_pair(const struct arguments *call, const int *pair, enum track_fd_class fd_class)
{
	long ret = go(call);
	if (ret) {
		fd_refused(CALL);
		return ret;
	}
	fd_opened(pair[0], fd_class, CALL, -1);
	fd_opened(pair[1], fd_class, CALL, -1);
	return 0;
}

static long do_socketpair(const struct arguments *call)
{
	return open_pair(call, (const int *)call->d,
			 fd_socket_class((int)call->a, (int)call->b, (int)call->c));
}

static long do_pipe(const struct arguments *call)
{
	return open_pair(call, (const int *)call->a, TRACK_FD_CLASS_PIPE);
}

/* The kernel says what it is; message queues and mounts look like files. */
static enum track_fd_class class_of_call(long number, int fd)
{
	switch (number) {
	case SYS_mq_open:
		return TRACK_FD_CLASS_MQUEUE;
	case SYS_memfd_secret:
		return TRACK_FD_CLASS_SECRETMEM;
	case SYS_fsmount:
	case SYS_open_tree:
		return TRACK_FD_CLASS_MOUNT;
	default:
		return fd_classify(fd);
	}
}

static long open_named(const struct arguments *call, const char *name)
{
	long ret = go(call);
	if (ret < 0)
		fd_refused(CALL);
	else
		fd_opened_named((int)ret, class_of_call(call->number, (int)ret), CALL, name);
	return ret;
}

static long do_open(const struct arguments *call)
{
	return open_named(call, NULL);
}

static long do_open_path(const struct arguments *call)
{
	return open_named(call, (const char *)call->a);
}

static long do_open_at(const struct arguments *call)
{
	return open_named(call, (const char *)call->b);
}

static long do_signalfd(const struct arguments *call)
{
	return (int)call->a == -1 ? do_open(call) : go(call);
}

/* Most of its commands make no descriptor. */
static long do_bpf(const struct arguments *call)
{
	long ret = go(call);
	if (ret > 0 && fd_classify((int)ret) == TRACK_FD_CLASS_BPF)
		fd_opened((int)ret, TRACK_FD_CLASS_BPF, CALL, -1);
	return ret;
}

static long do_io_uring(const struct arguments *call)
{
	long ret = do_open(call);
	if (ret >= 0)
		spool_note(TRACK_NOTE_IO_URING, 1);
	return ret;
}

static long do_execve(const struct arguments *call)
{
	return execve((const char *)call->a, (char *const *)call->b, (char *const *)call->c);
}

static long do_execveat(const struct arguments *call)
{
	return execveat((int)call->a, (const char *)call->b, (char *const *)call->c,
			(char *const *)call->d, (int)call->e);
}

static long do_exit(const struct arguments *call)
{
	process_exiting((int)call->a);
	return go(call);
}

static long do_seccomp(const struct arguments *call)
{
	bool confines = (call->a == SECCOMP_SET_MODE_STRICT ||
			 (call->a == SECCOMP_SET_MODE_FILTER && call->c)) &&
			process_sandboxing(
				call->a == SECCOMP_SET_MODE_FILTER ? (const void *)call->c : NULL);
	long ret = go(call);
	bool listens =
		call->a == SECCOMP_SET_MODE_FILTER && (call->b & SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (confines)
		process_sandboxed(listens ? ret >= 0 : !ret);
	if (listens && ret >= 0)
		fd_opened((int)ret, TRACK_FD_CLASS_OTHER, CALL, -1);
	return ret;
}

static long do_prctl(const struct arguments *call)
{
	return prctl((int)call->a, call->b, call->c, call->d, call->e);
}

/* By system call number; the stub looks here too. */
#define NUMBERS 512 /* as in stubs.S */
handler *const wrap_syscall_handlers[NUMBERS] = {
	[SYS_accept] = do_accept,
	[SYS_accept4] = do_accept,
	[SYS_bind] = do_name,
	[SYS_bpf] = do_bpf,
	[SYS_close] = do_close,
	[SYS_close_range] = do_close_range,
	[SYS_connect] = do_name,
	[SYS_creat] = do_open_path,
	[SYS_dup] = do_copy,
	[SYS_dup2] = do_replace,
	[SYS_dup3] = do_replace,
	[SYS_epoll_create] = do_open,
	[SYS_epoll_create1] = do_open,
	[SYS_eventfd] = do_open,
	[SYS_eventfd2] = do_open,
	[SYS_execve] = do_execve,
	[SYS_execveat] = do_execveat,
	[SYS_exit_group] = do_exit,
	[SYS_fanotify_init] = do_open,
	[SYS_fcntl] = do_control,
	[SYS_fsmount] = do_open,
	[SYS_fsopen] = do_open_path,
	[SYS_fspick] = do_open_at,
	[SYS_futex] = do_futex,
	[SYS_inotify_init] = do_open,
	[SYS_inotify_init1] = do_open,
	[SYS_io_uring_setup] = do_io_uring,
	[SYS_memfd_create] = do_open_path,
	[SYS_memfd_secret] = do_open,
	[SYS_mq_open] = do_open_path,
	[SYS_open] = do_open_path,
	[SYS_open_by_handle_at] = do_open,
	[SYS_open_tree] = do_open_at,
	[SYS_openat] = do_open_at,
	[SYS_openat2] = do_open_at,
	[SYS_perf_event_open] = do_open,
	[SYS_pidfd_getfd] = do_open,
	[SYS_pidfd_open] = do_open,
	[SYS_pipe] = do_pipe,
	[SYS_pipe2] = do_pipe,
	[SYS_prctl] = do_prctl,
	[SYS_read] = do_receive,
	[SYS_readv] = do_receive,
	[SYS_recvfrom] = do_receive,
	[SYS_recvmmsg] = do_receive_many,
	[SYS_recvmsg] = do_receive_message,
	[SYS_seccomp] = do_seccomp,
	[SYS_sendmmsg] = do_send,
	[SYS_sendmsg] = do_send,
	[SYS_sendto] = do_send,
	[SYS_signalfd] = do_signalfd,
	[SYS_signalfd4] = do_signalfd,
	[SYS_socket] = do_socket,
	[SYS_socketpair] = do_socketpair,
	[SYS_timerfd_create] = do_open,
	[SYS_userfaultfd] = do_open,
	[SYS_write] = do_send,
	[SYS_writev] = do_send,
};

long wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	const struct arguments call = {
		number,	    a, b, c, d, e, f, stack_is_library(__builtin_return_address(0)),
		BLOCK_FRAME};
	return wrap_syscall_handlers[number](&call);
}
