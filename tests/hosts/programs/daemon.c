/* SPDX-License-Identifier: Apache-2.0 */
/* daemon daemon|double: works in the background until SIGTERM. Its pid goes into daemon.pid, its
 * account into daemon.out. */
#include "account.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void leave_parent(void)
{
	pid_t pid = fork();
	account_check(pid >= 0, "fork() failed");
	if (pid)
		_exit(0);
}

static void double_fork(void)
{
	leave_parent();
	account_check(setsid() > 0, "setsid() failed");
	leave_parent();
	umask(022);
	for (int fd = 0; fd < 256; fd++)
		close(fd);
	account_check(open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(0) == 2,
		      "a number is taken");
}

/* Complete before it gets its name: whoever waits for the file reads a whole pid. */
static void tell_pid(void)
{
	FILE *file = fopen("daemon.tmp", "w");
	account_check(file != NULL, "cannot write");
	fprintf(file, "%d\n", (int)getpid());
	fclose(file);
	account_check(!rename("daemon.tmp", "daemon.pid"), "rename() failed");
}

int main(int argc, char **argv)
{
	sigset_t term;
	int got;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	account_pairs(10);
	if (argc > 1 && !strcmp(argv[1], "double"))
		double_fork();
	else
		account_check(!daemon(1, 0), "daemon() failed");
	account_pairs(10);
	account_open();
	tell_pid();
	account_check(!sigwait(&term, &got) && got == SIGTERM, "sigwait() failed");
	account_pairs(10);
	account_check(dup2(creat("daemon.out", 0644), STDOUT_FILENO) >= 0, "cannot write");
	account_print();
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	raise(SIGTERM);
	return 1;
}
