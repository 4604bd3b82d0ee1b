/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call of calls.def that opens descriptors, made once as its row's example
 * says. tests/live/calls.sh looks for each in the report, and for none of them
 * when they are closed.
 *   live_calls list         the names, a line each
 *   live_calls leave NAME   make the call, leave what it opened
 *   live_calls close NAME   make the call, close what it opened
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* clang-format off */
#define TRACK_CALL(function, group)
#define TRACK_OPENS(function, fd_class, name, parameters, arguments, example) int function parameters;
#include <track/calls.def>
/* clang-format on */

enum { PATH_BYTES = 256, UNAVAILABLE = 77 };

static int pair[2] = {-1, -1}; /* what a call that makes two made */

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	/* A kernel or container that does not allow the example is no failure of ours. */
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP ? UNAVAILABLE : 1);
}

static char *scratch_template(const char *suffix)
{
	static char path[PATH_BYTES];
	snprintf(path, sizeof(path), "scratch-XXXXXX%s", suffix);
	return path;
}

/* A file that is there, made without a call of libc's that is wrapped. */
static const char *scratch_file(void)
{
	need(!link("scratch", "scratch-file") || errno == EEXIST, "scratch");
	return "scratch-file";
}

static const char *scratch_name(void)
{
	static char name[PATH_BYTES];
	snprintf(name, sizeof(name), "/rtctrack-test-%d", (int)getpid());
	return name;
}

/* Not a standard stream: those are meant to stay. */
static FILE *scratch;

static FILE *scratch_stream(void)
{
	scratch = tmpfile();
	need(scratch != NULL, "tmpfile");
	return scratch;
}

static struct file_handle *scratch_handle(void)
{
	static struct {
		struct file_handle head;
		unsigned char bytes[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount;
	need(!name_to_handle_at(AT_FDCWD, "scratch", &handle.head, &mount, 0), "name_to_handle_at");
	return &handle.head;
}

static const sigset_t *no_signals(void)
{
	static sigset_t set;
	sigemptyset(&set);
	return &set;
}

static const char *scratch_queue(void)
{
	need(mq_open(scratch_name(), O_RDWR | O_CREAT, 0600, NULL) >= 0, "mq_open");
	return scratch_name();
}

/* What the examples need besides is closed again by the kernel's word, unseen and unopened. */
static int unseen(int fd)
{
	need(fd >= 0, "an example's own descriptor");
	return fd;
}

static int own_pidfd(void)
{
	return unseen(pidfd_open(getpid(), 0));
}

static int example_filesystem(void)
{
	int fs = unseen(fsopen("tmpfs", 0));
	need(!fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), "fsconfig");
	return fs;
}

static int connected_listener(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = unseen(socket(AF_INET, SOCK_STREAM, 0));
	int client = unseen(socket(AF_INET, SOCK_STREAM, 0));
	need(!bind(listener, (void *)&address, size) && !listen(listener, 1) &&
		     !getsockname(listener, (void *)&address, &size) &&
		     !connect(client, (void *)&address, size),
	     "a listener");
	return listener;
}

static int forked_terminal(void)
{
	int master = -1;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);
	if (pid == 0)
		_exit(0);
	need(pid > 0, "forkpty");
	waitpid(pid, NULL, 0);
	return master;
}

static int leave(void *unused)
{
	(void)unused;
	_exit(0);
}

static int cloned_pidfd(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int pidfd = -1;
	pid_t pid = clone(leave, stack + sizeof(stack), CLONE_PIDFD | SIGCHLD, NULL, &pidfd);
	need(pid > 0, "clone");
	waitpid(pid, NULL, 0);
	return pidfd;
}

/* A socket over which our own standard input was sent. */
static int filled_socket(void)
{
	int ends[2];
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {"x", 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), "socketpair");
	memset(&control, 0, sizeof(control));
	control.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
					.cmsg_level = SOL_SOCKET,
					.cmsg_type = SCM_RIGHTS};
	need(sendmsg(ends[0], &message, 0) == 1, "sendmsg");
	return ends[1];
}

static int received(bool many)
{
	char byte;
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = {&byte, 1};
	struct mmsghdr messages = {.msg_hdr = {.msg_iov = &part,
					       .msg_iovlen = 1,
					       .msg_control = &control,
					       .msg_controllen = sizeof(control)}};
	int fd, from = filled_socket();
	need((many ? recvmmsg(from, &messages, 1, 0, NULL)
		   : (int)recvmsg(from, &messages.msg_hdr, 0)) == 1,
	     "receiving");
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}

static int received_one(void)
{
	return received(false);
}

static int received_many(void)
{
	return received(true);
}

/* One function per row that opens what the example says: it returns a descriptor. */
/* clang-format off */
#define TRACK_CALL(function, group)
#define TRACK_OPENS(function, fd_class, name, parameters, arguments, example) \
	static int by_##function(void) { return function example; }
#define TRACK_OPENS_MODE(function, fd_class, name, parameters, arguments, example) \
	static int by_##function(void) { return function example; }
#define TRACK_OPENS_PAIR(function, fd_class, one, other, parameters, arguments, example) \
	static int by_##function(void) { return function example ? -1 : pair[0]; }
#define TRACK_OPENS_BY(function, group, example) \
	static int by_##function(void) { return example; }
/* A stream is closed by what goes with it. */
#define TRACK_OPENS_STREAM(function, type, number, closer, fd_class, name, parameters, arguments, example) \
	static type *stream_##function; \
	static int by_##function(void) { \
		stream_##function = function example; \
		return stream_##function ? number(stream_##function) : -1; \
	} \
	static int end_##function(void) { return closer(stream_##function); }
#include <track/calls.def>

static int end_fd(void)
{
	int bad = pair[1] >= 0 ? close(pair[1]) : 0;
	return close(pair[0]) || bad;
}

static int end_scratch(void)
{
	return fclose(scratch);
}

static const struct row {
	const char *name;
	int (*open)(void);
	int (*end)(void);
} rows[] = {
#define TRACK_OPENS(function, fd_class, name, parameters, arguments, example) {#function, by_##function, end_fd},
#define TRACK_OPENS_MODE(function, fd_class, name, parameters, arguments, example) {#function, by_##function, end_fd},
#define TRACK_OPENS_PAIR(function, fd_class, one, other, parameters, arguments, example) {#function, by_##function, end_fd},
#define TRACK_OPENS_BY(function, group, example) {#function, by_##function, end_fd},
#define TRACK_OPENS_STREAM(function, type, number, closer, fd_class, name, parameters, arguments, example) \
	{#function, by_##function, end_##function},
#include <track/calls.def>
#undef TRACK_CALL
};
/* clang-format on */

static const struct row *find(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(rows) / sizeof(*rows); i++)
		puts(rows[i].name);
	if (argc != 3)
		return argc != 2;
	const struct row *row = find(argv[2]);
	if (!row)
		return 2;
	int fd = row->open();
	need(fd >= 0, row->name);
	if (pair[0] < 0)
		pair[0] = fd;
	/* What has a name of its own in the kernel must not outlive the test. */
	mq_unlink(scratch_name());
	shm_unlink(scratch_name());
	if (!strcmp(argv[1], "leave"))
		return 0;
	/* What was opened anew ends as the stream that it is. */
	int (*end)(void) = scratch ? end_scratch : row->end;
	return end() != 0;
}
