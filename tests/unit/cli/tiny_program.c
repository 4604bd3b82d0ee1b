/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_program.h"

#include "program.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

Test(tiny_program, it_runs_and_is_static)
{
	char path[64];
	char *argv[] = {path, NULL};
	struct program program;
	int status, fd = tiny_program_open();
	pid_t pid;

	cr_assert_geq(fd, 0);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	cr_assert_eq(program_inspect(path, &program), 0);
	cr_expect_eq(program.trouble, PROGRAM_STATIC);
	pid = fork();
	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(status, 0);
}
