/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that a careless shim hangs or kills: handlers, odd stacks, sandboxes, cancellation. */
#include "host.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t ready, handled;
static volatile int stop;

static void open_and_close(int signal)
{
	(void)signal;
	host_close(host_open());
	sem_post(&handled);
}

static void *allocate(void *arg)
{
	void *blocks[64];
	sem_post(&ready);
	while (!stop) {
		for (int i = 0; i < 64; i++)
			blocks[i] = malloc(3000 + (size_t)i * 16);
		for (int i = 0; i < 64; i++)
			free(blocks[i]);
	}
	return arg;
}

/* A handler that opens a socket while its thread holds malloc's lock. */
static int handler_in_malloc(void)
{
	sem_init(&ready, 0, 0);
	sem_init(&handled, 0, 0);
	signal(SIGUSR1, open_and_close);
	alarm(100);
	for (int i = 0; i < 300; i++) {
		pthread_t thread;
		stop = 0;
		host_check(!pthread_create(&thread, NULL, allocate, NULL), "no thread");
		sem_wait(&ready);
		usleep((useconds_t)(i % 70));
		pthread_kill(thread, SIGUSR1);
		while (sem_wait(&handled))
			host_check(errno == EINTR, "sem_wait() failed");
		stop = 1;
		pthread_join(thread, NULL);
	}
	host_account();
	return 0;
}

static sigjmp_buf back;

static void jump_out(int signal)
{
	(void)signal;
	siglongjmp(back, 1);
}

static __attribute__((noinline)) void jump_about(void)
{
	struct itimerval every = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
	volatile int rounds = 0;
	char below[4096]; /* far below whoever goes on afterwards */
	__asm__ volatile("" : : "r"(below) : "memory");
	signal(SIGALRM, jump_out);
	if (sigsetjmp(back, 1) == 0) /* and not before */
		setitimer(ITIMER_REAL, &every, NULL);
	if (rounds++ < 300)
		for (;;)
			close(socket(AF_UNIX, SOCK_DGRAM, 0));
	setitimer(ITIMER_REAL, &never, NULL);
}

/* A handler that leaves by longjmp, also out of our records and of the unwinder. */
static int jumps_out(void)
{
	jump_about();
	int fds[2];
	host_check(!pipe2(fds, 0) && fds[1] < 4096, "pipe2() gave no real descriptors");
	host_close(host_open());
	host_open();
	host_account();
	return 0;
}

/* An alternate signal stack of the smallest usual size, with a guard page below. */
static int small_signal_stack(void)
{
	char *pages = mmap(NULL, 12288, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	host_check(pages != MAP_FAILED && !mprotect(pages + 4096, 8192, PROT_READ | PROT_WRITE),
		   "no memory");
	stack_t stack = {.ss_sp = pages + 4096, .ss_size = 8192};
	struct sigaction action = {.sa_handler = open_and_close, .sa_flags = SA_ONSTACK};
	host_check(!sigaltstack(&stack, NULL), "sigaltstack() failed");
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	host_account();
	return 0;
}

#define ALLOW(name)                                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                                     \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* A sandbox that kills for any system call but a few. */
static int behind_filter(int rounds)
{
	struct sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
				       ALLOW(write),
				       ALLOW(close),
				       ALLOW(socket),
				       ALLOW(exit_group),
				       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
	host_open();
	host_check(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
			   !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
		   "no sandbox");
	for (int i = 0; i < rounds; i++)
		host_close(host_open());
	host_open();
	host_account();
	_exit(0);
}

/* What libseccomp makes of "refuse ptrace": all else as before. */
static int mildly_sandboxed(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
	host_check(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
			   !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
		   "no sandbox");
	host_open();
	host_account();
	return 0;
}

static volatile pid_t crashed_child;

static void crash_handler(int signal)
{
	(void)signal;
	pid_t pid = vfork();
	if (!pid) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	crashed_child = pid;
}

/* A crash handler that starts a reporter, on a signal stack of 16 KiB with a guard page below. */
static int handler_executes(void)
{
	char *pages = mmap(NULL, 20480, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	host_check(pages != MAP_FAILED && !mprotect(pages + 4096, 16384, PROT_READ | PROT_WRITE),
		   "no memory");
	stack_t stack = {.ss_sp = pages + 4096, .ss_size = 16384};
	struct sigaction action = {.sa_handler = crash_handler, .sa_flags = SA_ONSTACK};
	int status = 0;
	host_check(!sigaltstack(&stack, NULL), "sigaltstack() failed");
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	host_check(waitpid(crashed_child, &status, 0) == crashed_child && !status,
		   "the reporter failed");
	host_close(host_open());
	host_account();
	return 0;
}

/* A filter that hands calls to a supervisor: success is its descriptor. */
static int listens(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getsockname, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
	host_check(!syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
			   syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				   SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) > 0,
		   "no listener");
	int fd = host_open();
	struct sockaddr_in address = {.sin_family = AF_INET};
	host_check(!bind(fd, (void *)&address, sizeof(address)), "bind() failed");
	host_close(fd);
	host_account();
	return 0;
}

static int sandboxed(void)
{
	return behind_filter(100);
}

/* More than the room that was made ready before: what is lost is counted. */
static int sandboxed_long(void)
{
	return behind_filter(200000);
}

static void *close_cancelled(void *fd)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	sem_wait(&ready);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	close(*(int *)fd);
	return NULL;
}

/* A cancelled close does not close. */
static int cancelled_close(void)
{
	pthread_t thread;
	int fd = host_open();
	sem_init(&ready, 0, 0);
	host_check(!pthread_create(&thread, NULL, close_cancelled, &fd), "no thread");
	pthread_cancel(thread);
	sem_post(&ready);
	pthread_join(thread, NULL);
	host_account();
	return 0;
}

static int close_and_leave(void *fd)
{
	close(*(int *)fd);
	_exit(0);
}

/* A child on our memory with descriptors of its own: what it closes stays open here. */
static int shared_memory_child(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int fd = host_open();
	int child = clone(close_and_leave, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
			  &fd);
	host_check(child > 0 && waitpid(child, NULL, 0) == child, "no child");
	host_account();
	return 0;
}

/* And one whose thread pointer has nothing of a thread below it, as Chromium's sandbox makes them.
 */
static int child_without_thread_data(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	long page = sysconf(_SC_PAGESIZE);
	char *data = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = host_open(), status;
	host_check(data != MAP_FAILED && !mprotect(data, (size_t)page, PROT_NONE), "no memory");
	int child = clone(close_and_leave, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | CLONE_SETTLS | SIGCHLD, &fd, NULL, data + page);
	host_check(child > 0 && waitpid(child, &status, 0) == child, "no child");
	host_check(WIFEXITED(status) && !WEXITSTATUS(status), "the child died");
	host_account();
	return 0;
}

static int close_when_told(void *fds)
{
	char byte;
	read(((const int *)fds)[0], &byte, 1);
	_exit(0);
}

/* Such a child that lives on beside us, and a fork meanwhile. */
static int lasting_shared_child(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int fds[2], status;
	host_check(!pipe(fds), "no pipe");
	int child = clone(close_when_told, stack + sizeof(stack), CLONE_VM | SIGCHLD, fds);
	host_check(child > 0, "no child");
	host_close(host_open());
	int forked = fork();
	if (!forked) {
		host_open();
		_exit(0);
	}
	host_check(forked > 0 && waitpid(forked, &status, 0) == forked, "no fork");
	host_count(1, 0); /* the forked child's */
	host_check(write(fds[1], "", 1) == 1 && waitpid(child, &status, 0) == child, "not told");
	host_account();
	return 0;
}

static void *busy(void *arg)
{
	while (!stop)
		close(socket(AF_UNIX, SOCK_DGRAM, 0));
	return arg;
}

/* Forks without fork handlers while other threads unwind. */
static int bare_forks_under_load(void)
{
	pthread_t threads[3];
	alarm(100);
	for (int i = 0; i < 3; i++)
		host_check(!pthread_create(&threads[i], NULL, busy, NULL), "no thread");
	for (int i = 0; i < 200; i++) {
		pid_t pid = _Fork();
		if (!pid) {
			close(socket(AF_UNIX, SOCK_DGRAM, 0));
			_exit(0);
		}
		int status = 1;
		host_check(waitpid(pid, &status, 0) == pid && !status, "a child failed");
	}
	stop = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	host_account();
	return 0;
}

const struct host host_hazards[] = {
	{"handler-in-malloc", handler_in_malloc, "a handler while its thread is inside malloc"},
	{"longjmp", jumps_out, "a handler that leaves by siglongjmp"},
	{"signal-stack", small_signal_stack, "a handler on a stack of 8 KiB"},
	{"seccomp", sandboxed, "a seccomp filter that kills"},
	{"seccomp-mild", mildly_sandboxed, "a filter that refuses ptrace"},
	{"handler-executes", handler_executes, "a crash handler that vforks and execs"},
	{"seccomp-listener", listens, "a filter with a listener, by syscall()"},
	{"seccomp-long", sandboxed_long, "so much behind it that the room runs out"},
	{"cancelled-close", cancelled_close, "a close that is cancelled"},
	{"clone-vm", shared_memory_child, "a clone child on our memory"},
	{"clone-tls", child_without_thread_data, "a clone child without data of its thread"},
	{"clone-vm-lasting", lasting_shared_child, "a clone child that lives on, and a fork"},
	{"bare-fork-under-load", bare_forks_under_load, "_Fork while threads unwind"},
	{0},
};
