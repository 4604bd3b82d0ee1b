/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox kill|errno: goes on behind a seccomp filter that kills for, or refuses, unknown system
 * calls. */
#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* clang-format off */
#define ALLOW(name) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
/* clang-format on */

static void close_the_door(unsigned otherwise)
{
	struct sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
				       ALLOW(write),
				       ALLOW(close),
				       ALLOW(socket),
				       ALLOW(exit_group),
				       BPF_STMT(BPF_RET | BPF_K, otherwise)};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
	account_check(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs failed");
	if (otherwise == SECCOMP_RET_KILL_PROCESS)
		account_check(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "no filter");
	else
		account_check(!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program),
			      "no filter");
}

int main(int argc, char **argv)
{
	bool kills = argc > 1 && !strcmp(argv[1], "kill");
	account_pairs(10);
	account_open();
	close_the_door(kills ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM);
	account_pairs(1000);
	account_open();
	if (!kills)
		account_check(open("/dev/null", O_RDONLY) < 0 && errno == EPERM && fork() < 0 &&
				      errno == EPERM,
			      "the filter lets through");
	account_print();
	_exit(5);
}
