/* SPDX-License-Identifier: Apache-2.0 */
/* tree [PROCESSES]: a tree of that many short processes, some of which fork or exec again. */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 16 };

static void reap(void)
{
	int status;
	account_check(wait(&status) > 0 && status == 0, "a child failed");
}

/* A grandchild that leaves its socket open. */
static void fork_again(void)
{
	pid_t pid = fork();
	account_check(pid >= 0, "fork() failed");
	if (!pid) {
		account_open();
		_exit(0);
	}
	reap();
}

static void child(int number)
{
	account_pairs(1);
	if (number % 8 == 0)
		fork_again();
	if (number % 8 == 1) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int processes = argc > 1 ? atoi(argv[1]) : 500;
	int children = 0, alive = 0;
	for (int made = 0; made < processes; children++) {
		pid_t pid = fork();
		account_check(pid >= 0, "fork() failed");
		if (!pid)
			child(children);
		made += children % 8 == 0 ? 2 : 1;
		if (++alive == AT_ONCE) {
			reap();
			alive--;
		}
	}
	for (; alive > 0; alive--)
		reap();
	account_print();
	return 0;
}
