/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that fork, vfork and exec. */
#include "host.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void reap(pid_t pid)
{
	int status = 0;
	host_check(pid > 0 && waitpid(pid, &status, 0) == pid, "no child to wait for");
	host_check(WIFEXITED(status) && WEXITSTATUS(status) == 7, "the child failed");
}

/* A vfork child shares our memory: what it closes is not ours to lose. */
static int by_vfork(void)
{
	int fd = host_open();
	for (int i = 0; i < 20; i++) {
		pid_t pid = vfork();
		if (!pid) {
			close(fd);
			dup2(1, fd);
			execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
			_exit(1);
		}
		reap(pid);
		host_close(host_open());
	}
	host_account(); /* fd is left */
	return 0;
}

/* The child's spool holds one inherited and one own socket. */
static int by_fork(void)
{
	host_open();
	pid_t pid = fork();
	if (!pid) {
		host_open();
		_exit(7);
	}
	reap(pid);
	host_count(1, 0);
	host_account(); /* both processes together */
	return 0;
}

/* Forks that run no fork handlers. */
static int by_raw_fork(void)
{
	host_open();
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		host_open();
		_exit(7);
	}
	reap(pid);
	pid = _Fork();
	if (!pid) {
		host_open();
		_exit(7);
	}
	reap(pid);
	host_count(2, 0);
	host_account();
	return 0;
}

static int by_spawn(void)
{
	int fd = host_open();
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, fd);
	char *argv[] = {"sh", "-c", "exit 7", NULL};
	pid_t pid;
	host_check(!posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ), "cannot spawn");
	posix_spawn_file_actions_destroy(&actions);
	reap(pid);
	host_account();
	return 0;
}

/* The same pid, another image: what stays open is inherited there. */
static int by_exec(void)
{
	host_open();
	host_account();
	execl("/proc/self/exe", "host", "exit-inherited", (char *)NULL);
	return 1;
}

static int after_exec(void)
{
	return 0;
}

static const char *own_exe(void)
{
	static char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
	host_check(size > 0, "no /proc/self/exe");
	return path;
}

static int one_socket(void)
{
	host_open();
	return 7;
}

static char *const one_argv[] = {"host", "one-socket", NULL};
static char *const nothing[] = {NULL};

/* Each in a child of its own; only a failed one returns. */
static void exec_execve(void)
{
	execve("/proc/self/exe", one_argv, nothing);
}
static void exec_execle(void)
{
	execle("/proc/self/exe", "host", "one-socket", (char *)NULL, nothing);
}
static void exec_execvpe(void)
{
	execvpe("/proc/self/exe", one_argv, nothing);
}
static void exec_execveat(void)
{
	execveat(AT_FDCWD, "/proc/self/exe", one_argv, nothing, 0);
}
static void exec_fexecve(void)
{
	fexecve(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), one_argv, nothing);
}
static void exec_syscall(void)
{
	syscall(SYS_execve, "/proc/self/exe", one_argv, nothing);
}
static void exec_cleared(void)
{
	clearenv();
	execv("/proc/self/exe", one_argv);
}
static void exec_cleared_l(void)
{
	clearenv();
	execl("/proc/self/exe", "host", "one-socket", (char *)NULL);
}
static void exec_env(void)
{
	execlp("env", "env", "-i", own_exe(), "one-socket", (char *)NULL);
}

static __attribute__((noinline)) void start(void (*way)(void), bool by_vfork)
{
	pid_t pid = by_vfork ? vfork() : fork();
	if (!pid) {
		way();
		_exit(1);
	}
	reap(pid);
}

/* However the environment is cleaned, the next image is recorded. */
static int cleaned_environment(void)
{
	void (*const ways[])(void) = {exec_execve,   exec_execle,    exec_execvpe,
				      exec_execveat, exec_fexecve,   exec_syscall,
				      exec_cleared,  exec_cleared_l, exec_env};
	pid_t pid;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		start(ways[i], i % 2);
		host_count(1, 0);
	}
	host_check(!posix_spawn(&pid, "/proc/self/exe", NULL, NULL, one_argv, nothing),
		   "posix_spawn");
	reap(pid);
	host_check(!posix_spawnp(&pid, "/proc/self/exe", NULL, NULL, one_argv, nothing),
		   "posix_spawnp");
	reap(pid);
	host_count(2, 0);
	host_account();
	return 0;
}

/* The parent ends inside daemon(); the child goes on without a terminal, and ends by SIGTERM. */
static int becomes_daemon(void)
{
	host_open();
	host_count(1, 0);
	host_account();
	host_check(!daemon(1, 1), "daemon() failed");
	host_open();
	raise(SIGTERM);
	return 0;
}

/* A lock on our own file, as programs hold that run once only: an exec of it must not drop it. */
static int record_lock(void)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int own = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	host_check(own >= 0 && !fcntl(own, F_SETLK, &lock), "no lock");
	pid_t pid;
	host_check(!posix_spawn(&pid, own_exe(), NULL, NULL, one_argv, environ), "cannot spawn");
	reap(pid);
	host_count(1, 0); /* the child's */
	pid = fork();
	if (!pid) {
		lock.l_type = F_WRLCK;
		int mine = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		_exit(!fcntl(mine, F_GETLK, &lock) && lock.l_type == F_RDLCK ? 7 : 1);
	}
	reap(pid);
	host_account();
	return 0;
}

static void handler_forks(int signal)
{
	(void)signal;
	pid_t pid = fork();
	if (!pid)
		_exit(7);
	reap(pid);
}

static int forks_in_handler(void)
{
	struct sigaction action = {.sa_handler = handler_forks, .sa_flags = SA_RESTART};
	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < 20; i++) {
		ualarm(300, 0);
		for (int j = 0; j < 300; j++)
			host_close(host_open());
	}
	ualarm(0, 0);
	host_account();
	return 0;
}

const struct host host_processes[] = {
	{"vfork", by_vfork, "vfork children that close and dup2"},
	{"fork", by_fork, "a fork child with a socket of its own"},
	{"raw-fork", by_raw_fork, "forks without fork handlers"},
	{"spawn", by_spawn, "posix_spawn"},
	{"exec", by_exec, "an exec that keeps a socket open"},
	{"exit-inherited", after_exec, "the image after it"},
	{"one-socket", one_socket, "one socket that is left open"},
	{"cleaned-environment", cleaned_environment, "execs with a cleaned environment"},
	{"daemon", becomes_daemon, "daemon(), ended by SIGTERM"},
	{"record-lock", record_lock, "a lock on the program's own file"},
	{"fork-in-handler", forks_in_handler, "a signal handler that forks"},
	{0},
};
