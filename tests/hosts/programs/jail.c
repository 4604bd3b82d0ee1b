/* SPDX-License-Identifier: Apache-2.0 */
/* jail FOLDER stay|fork|exec: goes on in a chroot, alone, with a child, or as /program there. */
#include "account.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void with_child(void)
{
	int status;
	pid_t pid = fork();
	account_check(pid >= 0, "fork() failed");
	if (!pid) {
		account_pairs(20);
		account_open();
		_exit(0);
	}
	account_check(waitpid(pid, &status, 0) == pid && !status, "the child failed");
}

int main(int argc, char **argv)
{
	account_check(argc == 3, "usage: jail FOLDER stay|fork|exec");
	account_pairs(20);
	account_check(!chdir(argv[1]) && !chroot("."), "chroot() failed");
	account_pairs(20);
	if (!strcmp(argv[2], "fork"))
		with_child();
	account_print();
	if (!strcmp(argv[2], "exec"))
		execl("/program", "program", "2", "10", (char *)NULL);
	return 4;
}
