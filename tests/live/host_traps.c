/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that a shim may harm without a word: children, sandboxes, numbers, memory. */
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Numbers that the shim answers to its unwinder are not open to anybody else. */
static int probe_numbers(void)
{
	char byte = 0;
	host_close(host_open()); /* unwinds, so that the unwinder has its pipe */
	for (int fd = INT_MAX - 20; fd < INT_MAX; fd++) {
		errno = 0;
		host_check(close(fd) == -1 && errno == EBADF, "close() of what is not open");
		host_check(write(fd, &byte, 1) == -1 && read(fd, &byte, 1) == -1 && errno == EBADF,
			   "write() or read() of what is not open");
		errno = 0;
		host_check(syscall(SYS_close, fd) == -1 && syscall(SYS_write, fd, &byte, 1) == -1 &&
				   syscall(SYS_read, fd, &byte, 1) == -1 && errno == EBADF,
			   "syscall() of what is not open");
	}
	host_account();
	return 0;
}

/* Kills for all but what a child needs to close something and to end. */
static void confine(void)
{
	static struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
	static const struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(1);
}

static int confine_close_and_leave(void *fd)
{
	confine();
	close(*(int *)fd);
	_exit(7);
}

static void reap(pid_t pid)
{
	int status = 0;
	host_check(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
			   WEXITSTATUS(status) == 7,
		   "the child failed");
}

static __attribute__((noinline)) void confine_vfork_child(int fd)
{
	pid_t pid = vfork();
	if (!pid)
		confine_close_and_leave(&fd);
	reap(pid);
}

/* A child on our memory sets up a filter for itself: we go on as before. */
static int confined_children(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int fd = host_open();
	confine_vfork_child(fd);
	host_close(host_open());
	reap(clone(confine_close_and_leave, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
		   &fd));
	host_open();
	host_account(); /* two are left */
	return 0;
}

/* A filter of NULL only asks whether there are filters at all. */
static int asks_for_filters(void)
{
	host_check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == -1 && errno == EFAULT,
		   "prctl() did not refuse");
	host_check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == -1 && errno == EFAULT,
		   "seccomp() did not refuse");
	host_open();
	host_account();
	return 0;
}

static int exits_quickly(void)
{
	host_open();
	host_account();
	quick_exit(6);
}

static void *look_at_errno(void *arg)
{
	host_check(!errno, "errno is set in a new thread");
	return arg;
}

/* What goes well leaves errno as it was. */
#define UNCHANGED(call)                                                                            \
	do {                                                                                       \
		errno = 12345;                                                                     \
		host_check(call, #call);                                                           \
		host_check(errno == 12345, "errno is changed by " #call);                          \
	} while (0)

static int keeps_errno(void)
{
	pthread_t thread;
	int fds[2], fd;
	char byte = 'x';
	FILE *stream = fopen("/dev/null", "r");
	DIR *folder = opendir("/");
	host_check(stream && folder, "nothing opens");
	UNCHANGED(!fclose(stream));
	UNCHANGED(!closedir(folder));
	UNCHANGED((fd = open("/dev/null", O_RDONLY)) >= 0);
	UNCHANGED(dup2(fd, 100) == 100);
	UNCHANGED(fcntl(fd, F_DUPFD, 200) >= 200);
	UNCHANGED(!close_range(100, 300, 0));
	UNCHANGED(!socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	UNCHANGED(send(fds[0], &byte, 1, 0) == 1);
	UNCHANGED(read(fds[1], &byte, 1) == 1);
	UNCHANGED(!syscall(SYS_close, fds[1]));
	UNCHANGED(!pthread_create(&thread, NULL, look_at_errno, NULL));
	UNCHANGED(!pthread_setname_np(pthread_self(), "main"));
	UNCHANGED(!pthread_join(thread, NULL));
	close(fd);
	close(fds[0]);
	host_account();
	return 0;
}

static sem_t begun, over;

static void *wait_until_over(void *arg)
{
	while (sem_wait(&over))
		;
	return arg;
}

static void *join_cancelled(void *thread)
{
	sem_post(&begun);
	pthread_join(*(pthread_t *)thread, NULL);
	return NULL;
}

/* A cancelled join does not join. */
static int cancelled_join(void)
{
	pthread_t waits, joins;
	sem_init(&begun, 0, 0);
	sem_init(&over, 0, 0);
	host_check(!pthread_create(&waits, NULL, wait_until_over, NULL) &&
			   !pthread_create(&joins, NULL, join_cancelled, &waits),
		   "no thread");
	sem_wait(&begun);
	pthread_cancel(joins);
	pthread_join(joins, NULL);
	sem_post(&over);
	struct stat tasks = {.st_nlink = 0};
	while (tasks.st_nlink != 3) { /* it ended: there are "." and ".." and us */
		usleep(1000);
		host_check(!stat("/proc/self/task", &tasks), "no /proc/self/task");
	}
	host_account();
	return 0;
}

static void *look_below(void *arg)
{
	void *frames[32];
	int count = backtrace(frames, 32);
	char **names = backtrace_symbols(frames, count);
	host_check(count > 1 && names, "no frames");
	for (int i = 0; i < count; i++)
		host_check(!strstr(names[i], "libtrack"), "a frame that is not the program's");
	free(names);
	return arg;
}

/* Below a thread's own function is libc's, as without us. */
static int frames_of_threads(void)
{
	pthread_t thread;
	host_check(!pthread_create(&thread, NULL, look_below, NULL), "no thread");
	pthread_join(thread, NULL);
	host_account();
	return 0;
}

enum { IDLE = 64, IDLE_STACK = 128 << 10, IDLE_MORE = 64 << 10 };

static long mapped_bytes(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	host_check(file && fscanf(file, "%ld", &pages) == 1, "no /proc/self/statm");
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Threads that take no stack cost no unwinder's cache. */
static int idle_threads(void)
{
	pthread_t threads[IDLE];
	pthread_attr_t attr;
	sem_init(&over, 0, 0);
	mallopt(M_ARENA_MAX, 1); /* no heap for each */
	pthread_attr_init(&attr);
	host_check(!pthread_attr_setstacksize(&attr, IDLE_STACK), "no stack size");
	long before = mapped_bytes();
	for (int i = 0; i < IDLE; i++)
		host_check(!pthread_create(&threads[i], &attr, wait_until_over, NULL), "no thread");
	long each = (mapped_bytes() - before) / IDLE;
	for (int i = 0; i < IDLE; i++)
		sem_post(&over);
	for (int i = 0; i < IDLE; i++)
		pthread_join(threads[i], NULL);
	host_check(each < IDLE_STACK + IDLE_MORE, "a thread takes more than its stack");
	host_account();
	return 0;
}

/* What is asked for besides its type does not make a socket another one. */
static int socket_flags(void)
{
	int fds[2];
	for (int i = 0; i < 2; i++) {
		fds[i] = i ? (int)syscall(SYS_socket, AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0)
			   : socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		host_check(fds[i] >= 0, "no socket");
	}
	host_count(2, 0);
	host_close(fds[1]);
	host_account();
	return 0;
}

/* Both are process 1 of a pid namespace of theirs. */
static int twice_process_one(void)
{
	host_check(getpid() == 1, "not process 1");
	host_open();
	host_check(!unshare(CLONE_NEWPID), "no other namespace");
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		if (getpid() != 1)
			_exit(1);
		host_open();
		_exit(7);
	}
	reap(pid);
	host_count(1, 0);
	host_account(); /* of both */
	return 0;
}

static volatile int signalled;

static void on_signal(int signal)
{
	(void)signal;
	signalled = 1;
	close(socket(AF_UNIX, SOCK_DGRAM, 0));
}

/* Signals that reach a forked child at once, whose handlers open and close. */
static int signals_in_children(void)
{
	enum { FORKS = 100 };
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	pid_t sender;
	host_check(!setpgid(0, 0) && !sigaction(SIGUSR1, &action, NULL), "no group");
	pid_t group = getpid();
	sender = fork();
	if (!sender) {
		signal(SIGUSR1, SIG_IGN);
		while (getppid() == group) {
			kill(-group, SIGUSR1);
			usleep(100);
		}
		_exit(0);
	}
	while (!signalled)
		usleep(100);
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();
		if (!pid) {
			host_open();
			_exit(7);
		}
		reap(pid);
	}
	signal(SIGUSR1, SIG_IGN);
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
	host_count(FORKS, 0);
	host_account();
	return 0;
}

/* Descriptors that no wrapper sees used. */
static int by_io_uring(void)
{
	unsigned parameters[30] = {0}; /* struct io_uring_params */
	long fd = syscall(SYS_io_uring_setup, 1, parameters);
	host_check(fd >= 0 || errno == EPERM || errno == ENOSYS, "io_uring_setup() failed");
	host_account();
	return 0;
}

const struct host host_traps[] = {
	{"probe-numbers", probe_numbers, "numbers that are not open"},
	{"confined-children", confined_children, "vfork and clone children behind a filter"},
	{"seccomp-question", asks_for_filters, "a filter of NULL"},
	{"errno-kept", keeps_errno, "errno, beside what goes well"},
	{"quick-exit", exits_quickly, "one socket, then quick_exit"},
	{"cancelled-join", cancelled_join, "a join that is cancelled"},
	{"thread-frames", frames_of_threads, "what is below a thread's own function"},
	{"idle-threads", idle_threads, "threads that do nothing"},
	{"socket-flags", socket_flags, "SOCK_CLOEXEC and SOCK_NONBLOCK"},
	{"process-one", twice_process_one, "process 1 of two pid namespaces"},
	{"signals-in-children", signals_in_children, "signals while a child begins"},
	{"io-uring", by_io_uring, "an io_uring"},
	{0},
};
