/* SPDX-License-Identifier: Apache-2.0 */
/* spawns: starts itself by every call that starts a program; each child prints an account of its
 * own. */
#include "account.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *leaf[] = {"spawns", "leaf", NULL};
static char self[4096];

static pid_t by_spawn(void)
{
	pid_t pid;
	account_check(!posix_spawn(&pid, self, NULL, NULL, leaf, environ), "cannot spawn");
	return pid;
}

static pid_t by_clean_spawn(void)
{
	char *none[] = {NULL};
	pid_t pid;
	account_check(!posix_spawn(&pid, self, NULL, NULL, leaf, none), "cannot spawn");
	return pid;
}

static pid_t by_vfork(void)
{
	pid_t pid = vfork();
	if (!pid) {
		execv(self, leaf);
		_exit(1);
	}
	return pid;
}

static int exec_self(void *arg)
{
	(void)arg;
	execv(self, leaf);
	_exit(1);
}

static pid_t by_clone(void)
{
	static char stack[262144] __attribute__((aligned(16)));
	return clone(exec_self, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
}

static pid_t by_raw_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		account_pairs(3);
		execv(self, leaf);
		_exit(1);
	}
	return pid;
}

static pid_t by_execveat(void)
{
	pid_t pid = fork();
	if (!pid) {
		int fd = open(self, O_RDONLY | O_CLOEXEC);
		syscall(SYS_execveat, fd, "", leaf, environ, AT_EMPTY_PATH);
		_exit(1);
	}
	return pid;
}

static pid_t by_fexecve(void)
{
	pid_t pid = fork();
	if (!pid) {
		account_pairs(3);
		fexecve(open(self, O_RDONLY | O_CLOEXEC), leaf, environ);
		_exit(1);
	}
	return pid;
}

static const struct {
	const char *name;
	pid_t (*start)(void);
} ways[] = {
	{"posix_spawn", by_spawn},   {"posix_spawn, clean", by_clean_spawn},
	{"vfork", by_vfork},	     {"clone", by_clone},
	{"raw clone", by_raw_clone}, {"execveat", by_execveat},
	{"fexecve", by_fexecve},
};

static int be_leaf(void)
{
	account_pairs(5);
	account_open();
	account_print();
	return 7;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "leaf"))
		return be_leaf();
	account_check(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0, "who am I?");
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int status = 0;
		pid_t pid = ways[i].start();
		account_check(pid > 0 && waitpid(pid, &status, 0) == pid, "no child");
		dprintf(STDOUT_FILENO, "%s: %d\n", ways[i].name, WEXITSTATUS(status));
		account_pairs(2);
	}
	account_print();
	return 0;
}
