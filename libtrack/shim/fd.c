/* SPDX-License-Identifier: Apache-2.0 */
#include "fd.h"
#include "manner.h"
#include "name.h"
#include "path.h"
#include "real.h"
#include "spool.h"
#include "stack.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <track/socket_class.h>

#define SWEEP_RECORDED 16    /* closes of what was never open that a run records */
#define REFUSALS_RECORDED 16 /* of each thread: a loop around accept may fail for ever */
#define NAME_BYTES 255	     /* of a path, its end */
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif
#define RECEIVED_MAX 253 /* descriptors in one message, as the kernel allows */

enum track_fd_class fd_socket_class(int domain, int type, int protocol)
{
	return track_socket_class(domain, type, protocol);
}

bool fd_class_is_socket(enum track_fd_class fd_class)
{
	static const bool sockets[] = {
	/* clang-format off */
#define GROUP_SOCKET true
#define GROUP_OTHER false
#define TRACK_FD_CLASS(id, name, text, group) GROUP_##group,
#include <track/fd_classes.def>
#undef TRACK_FD_CLASS
		/* clang-format on */
	};
	return sockets[fd_class];
}

static int socket_option(int fd, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);
	sys6(SYS_getsockopt, fd, SOL_SOCKET, option, (long)&value, (long)&size, 0);
	return value;
}

/* What /proc calls the descriptors that have no file. */
static const struct {
	const char *link;
	enum track_fd_class fd_class;
} links[] = {
	{"anon_inode:[eventfd]", TRACK_FD_CLASS_EVENTFD},
	{"anon_inode:[timerfd]", TRACK_FD_CLASS_TIMERFD},
	{"anon_inode:[signalfd]", TRACK_FD_CLASS_SIGNALFD},
	{"anon_inode:[eventpoll]", TRACK_FD_CLASS_EPOLL},
	{"anon_inode:inotify", TRACK_FD_CLASS_INOTIFY},
	{"anon_inode:[pidfd]", TRACK_FD_CLASS_PIDFD},
	{"anon_inode:[io_uring]", TRACK_FD_CLASS_IO_URING},
	{"anon_inode:[fanotify]", TRACK_FD_CLASS_FANOTIFY},
	{"anon_inode:[userfaultfd]", TRACK_FD_CLASS_USERFAULTFD},
	{"anon_inode:[perf_event]", TRACK_FD_CLASS_PERF_EVENT},
	{"anon_inode:bpf", TRACK_FD_CLASS_BPF},
	{"anon_inode:[fscontext]", TRACK_FD_CLASS_MOUNT},
	{"/memfd:", TRACK_FD_CLASS_MEMFD},
};

static enum track_fd_class class_by_link(int fd, enum track_fd_class otherwise)
{
	char path[64], link[64];
	path_number(path, sizeof(path), "/proc/self/fd/", (uint64_t)fd, "");
	long size = sys3(SYS_readlink, (long)path, (long)link, sizeof(link) - 1);
	link[size > 0 ? size : 0] = '\0';
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (!strncmp(link, links[i].link, strlen(links[i].link)))
			return links[i].fd_class;
	return otherwise;
}

enum track_fd_class fd_classify(int fd)
{
	struct stat st;
	char terminal[64];
	if (writers_confined() || sys3(SYS_fstat, fd, (long)&st, 0))
		return TRACK_FD_CLASS_OTHER;
	switch (st.st_mode & S_IFMT) {
	case S_IFSOCK:
		return fd_socket_class(socket_option(fd, SO_DOMAIN), socket_option(fd, SO_TYPE),
				       socket_option(fd, SO_PROTOCOL));
	case S_IFIFO:
		return TRACK_FD_CLASS_PIPE;
	case S_IFDIR:
		return TRACK_FD_CLASS_DIRECTORY;
	case S_IFCHR:
		return sys3(SYS_ioctl, fd, TCGETS, (long)terminal) ? TRACK_FD_CLASS_DEVICE
								   : TRACK_FD_CLASS_TERMINAL;
	case S_IFBLK:
		return TRACK_FD_CLASS_DEVICE;
	case S_IFREG:
		return class_by_link(fd, TRACK_FD_CLASS_FILE);
	default:
		return class_by_link(fd, TRACK_FD_CLASS_OTHER);
	}
}

enum track_fd_class fd_path_class(int fd, const char *path, int flags)
{
	static const char devices[] = "/dev/";
	if ((flags & O_TMPFILE) == O_TMPFILE)
		return TRACK_FD_CLASS_FILE;
	if (flags & O_DIRECTORY)
		return TRACK_FD_CLASS_DIRECTORY;
	return strncmp(path, devices, sizeof(devices) - 1) ? TRACK_FD_CLASS_FILE : fd_classify(fd);
}

enum track_fd_class fd_class_of(int fd)
{
	const struct track_fd_usage *usage = spool_usage(fd, false);
	if (usage && usage->open)
		return (enum track_fd_class)usage->fd_class;
	/* Where nothing is recorded, ask nothing. */
	return writer_get() ? fd_classify(fd) : TRACK_FD_CLASS_OTHER;
}

void fd_remember(int fd, enum track_fd_class fd_class)
{
	struct track_fd_usage *usage = spool_usage(fd, true);
	if (!usage) {
		spool_note(TRACK_NOTE_USAGE_UNCOUNTED, 1);
		return;
	}
	memset(&usage->traffic, 0, sizeof(usage->traffic));
	memset(usage->name_hash, 0, sizeof(usage->name_hash));
	usage->fd_class = fd_class;
	usage->ever = 1;
	usage->stale_uses = 0;
	manner_forget(fd);
	__atomic_store_n(&usage->open, 1, __ATOMIC_RELEASE);
}

void fd_refused(enum track_call call)
{
	int error = errno;
	if (error != EMFILE && error != ENFILE)
		return;
	struct writer *writer = writer_get();
	if (!writer || writer->refusals == REFUSALS_RECORDED)
		return;
	writer->refusals++;
	if (!spool_tell_fd_limit())
		return; /* none are allowed: that was wanted */
	writer_emit(writer, TRACK_OP_FAIL, TRACK_KIND_FD, call, UINT64_MAX, stack_record(writer),
		    (uint64_t)error);
}

static void record_name(struct writer *writer, int fd, enum track_call call, const char *name)
{
	size_t size = strlen(name);
	if (size > NAME_BYTES) {
		name += size - NAME_BYTES;
		size = NAME_BYTES;
	}
	writer_emit_data(writer, TRACK_OP_NAME, TRACK_KIND_FD, call, (uint64_t)fd, 0,
			 TRACK_NAME_ARG(TRACK_NAME_TEXT, size), name, size);
}

/* Inlined, since each frame of ours costs the unwinder a step. */
static inline __attribute__((always_inline)) struct writer *
opened(int fd, enum track_fd_class fd_class, enum track_call call, int from)
{
	struct writer *writer = writer_get();
	if (!writer)
		return NULL;
	if (fd_class_is_socket(fd_class))
		stack_load(); /* a library's constructor, before main; allocators open no sockets */
	uint64_t stack = stack_record(writer);
	fd_remember(fd, fd_class);
	writer_emit(writer, TRACK_OP_CREATE, TRACK_KIND_FD, call, (uint64_t)fd, stack,
		    TRACK_FD_ARG(fd_class, 0, from));
	return writer;
}

void fd_opened(int fd, enum track_fd_class fd_class, enum track_call call, int from)
{
	if (fd < 0)
		fd_refused(call);
	else
		opened(fd, fd_class, call, from);
}

void fd_opened_named(int fd, enum track_fd_class fd_class, enum track_call call, const char *name)
{
	if (fd < 0) {
		fd_refused(call);
		return;
	}
	struct writer *writer = opened(fd, fd_class, call, -1);
	if (writer && name)
		record_name(writer, fd, call, name);
}

/* Calls that programs try to learn whether a number is a socket at all. */
static bool only_asks(enum track_call call)
{
	return call == TRACK_CALL_send || call == TRACK_CALL_recv ||
	       call == TRACK_CALL___recv_chk || call == TRACK_CALL_getsockname;
}

/* EBADF: closed here before. ENOTSOCK: the number was a socket's, and is something else now. */
void fd_misused(int fd, enum track_call call)
{
	int error = errno;
	if (likely(error != EBADF && (error != ENOTSOCK || only_asks(call))))
		return;
	struct writer *writer = writer_get();
	struct track_fd_usage *usage = writer ? spool_usage(fd, false) : NULL;
	if (!usage || !usage->ever)
		return;
	bool open = __atomic_load_n(&usage->open, __ATOMIC_ACQUIRE);
	uint32_t told = 1u << (unsigned)call % 32;
	if (open != (error == ENOTSOCK) ||
	    __atomic_fetch_or(&usage->stale_uses, told, __ATOMIC_RELAXED) & told)
		return;
	writer_emit(writer, TRACK_OP_FAIL, TRACK_KIND_FD, call, (uint64_t)fd, stack_record(writer),
		    (uint64_t)error);
}

static void received(int fd, enum track_call call)
{
	if (fd < 0)
		return;
	enum track_fd_class fd_class = fd_classify(fd);
	fd_opened(fd, fd_class, call, -1);
	if (fd_class_is_socket(fd_class))
		name_socket(fd, call);
}

void fd_received(const struct msghdr *message, enum track_call call)
{
	if (!message->msg_controllen || !writer_get())
		return;
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR((struct msghdr *)(uintptr_t)message, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_len < CMSG_LEN(0) ||
		    (control->cmsg_type != SCM_RIGHTS && control->cmsg_type != SCM_PIDFD))
			continue;
		size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count && i < RECEIVED_MAX; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(control) + i * sizeof(fd), sizeof(fd));
			received(fd, call);
		}
	}
}

/* The counters of a life go before its end. Returns whether the number was believed open. */
static bool end_usage(struct writer *writer, int fd)
{
	struct track_fd_usage *usage = spool_usage(fd, false);
	if (!usage || !__atomic_exchange_n(&usage->open, 0, __ATOMIC_ACQUIRE))
		return false;
	manner_forget(fd);
	if (usage->traffic.out_count || usage->traffic.in_count)
		writer_emit_data(writer, TRACK_OP_USE, TRACK_KIND_FD, TRACK_CALL_none, (uint64_t)fd,
				 0, 0, &usage->traffic, sizeof(usage->traffic));
	return true;
}

static void undo_usage(int fd)
{
	struct track_fd_usage *usage = spool_usage(fd, false);
	if (usage)
		__atomic_store_n(&usage->open, 1, __ATOMIC_RELEASE);
}

static void emit_destroy(struct writer *writer, int fd, enum track_call call, uint64_t stack,
			 unsigned flags)
{
	writer_emit(writer, TRACK_OP_DESTROY, TRACK_KIND_FD, call, (uint64_t)fd, stack,
		    TRACK_FD_ARG(0, flags, -1));
}

static void emit_undo(struct writer *writer, int fd, enum track_call call, int error)
{
	writer_emit(writer, TRACK_OP_UNDO, TRACK_KIND_FD, call, (uint64_t)fd, 0, (uint64_t)error);
}

static bool is_believed_open(int fd)
{
	const struct track_fd_usage *usage = spool_usage(fd, false);
	return usage && usage->open;
}

/*
 * The usage is looked up anew once the stack is there: a signal handler that forked
 * meanwhile goes on here, in the child, with another spool.
 */
struct fd_closing fd_close_begin(int fd, enum track_call call, unsigned flags)
{
	struct fd_closing closing = {.fd = fd, .call = call};
	closing.writer = fd >= 0 ? writer_get() : NULL;
	if (!closing.writer || !is_believed_open(fd))
		return closing;
	uint64_t stack = stack_record(closing.writer);
	end_usage(closing.writer, fd);
	emit_destroy(closing.writer, fd, call, stack, flags);
	closing.recorded = true;
	return closing;
}

/*
 * A close of what we believed closed. Programs sweep over all numbers; a run of
 * them is recorded at its start only, but never a number that was open before
 * without a word.
 */
static void closed_unopened(const struct fd_closing *closing, bool ok)
{
	struct writer *writer = closing->writer;
	const struct track_fd_usage *usage = spool_usage(closing->fd, false);
	bool ever = usage && usage->ever;
	if (usage && __atomic_load_n(&usage->open, __ATOMIC_ACQUIRE))
		return; /* another thread has the number already */
	bool adjacent = closing->fd == writer->sweep_fd + 1 || closing->fd == writer->sweep_fd - 1;
	writer->sweep_length = adjacent ? writer->sweep_length + 1 : 1;
	writer->sweep_fd = closing->fd;
	if (!ok && !ever && writer->sweep_length > SWEEP_RECORDED)
		return;
	unsigned flags = writer->sweep_length > SWEEP_RECORDED ? TRACK_FD_SWEEP : 0;
	uint64_t stack = stack_record(writer);
	emit_destroy(writer, closing->fd, closing->call, stack, flags);
	if (!ok)
		emit_undo(writer, closing->fd, closing->call, EBADF);
}

void fd_close_end(const struct fd_closing *closing, bool ok)
{
	if (!closing->writer)
		return;
	/* Linux frees the number whatever close returns, but for EBADF. */
	bool freed = ok || errno != EBADF;
	if (!closing->recorded)
		closed_unopened(closing, freed);
	else if (!freed)
		emit_undo(closing->writer, closing->fd, closing->call, EBADF);
}

void fd_close_cancelled(void *closing)
{
	const struct fd_closing *c = closing;
	if (!c->writer || !c->recorded || writers_confined() ||
	    sys3(SYS_fcntl, c->fd, F_GETFD, 0) < 0)
		return;
	undo_usage(c->fd);
	emit_undo(c->writer, c->fd, c->call, ECANCELED);
}

void fd_replace_end(const struct fd_closing *closing, bool ok, int from)
{
	if (!closing->writer)
		return;
	if (ok) {
		fd_opened(closing->fd, fd_class_of(from), closing->call, from);
	} else if (closing->recorded) {
		undo_usage(closing->fd);
		emit_undo(closing->writer, closing->fd, closing->call, errno);
	}
}

static void range_closing(unsigned first, unsigned last, enum track_call call)
{
	struct writer *writer = writer_get();
	if (!writer)
		return;
	uint64_t stack = stack_record(writer);
	unsigned end = (unsigned)spool_usage_end();
	for (unsigned fd = first; fd < end && fd <= last; fd++)
		if (end_usage(writer, (int)fd))
			emit_destroy(writer, (int)fd, call, stack, TRACK_FD_IMPLICIT);
}

static void range_failed(unsigned first, unsigned last, enum track_call call)
{
	struct writer *writer = writer_get();
	if (!writer)
		return;
	unsigned end = (unsigned)spool_usage_end();
	for (unsigned fd = first; fd < end && fd <= last; fd++) {
		const struct track_fd_usage *usage = spool_usage((int)fd, false);
		if (!usage || usage->open || !usage->ever || sys3(SYS_fcntl, fd, F_GETFD, 0) < 0)
			continue;
		undo_usage((int)fd);
		emit_undo(writer, (int)fd, call, errno);
	}
}

/* Which numbers a failed call left open cannot be asked behind a filter: there it is booked after.
 */
void fd_range_begin(unsigned first, unsigned last, enum track_call call)
{
	if (!writers_confined())
		range_closing(first, last, call);
}

void fd_range_end(unsigned first, unsigned last, enum track_call call, bool ok)
{
	if (writers_confined() && ok)
		range_closing(first, last, call);
	else if (!writers_confined() && !ok)
		range_failed(first, last, call);
}
