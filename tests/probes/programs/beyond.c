/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beyond leak|close [PROGRAM]: a child executes PROGRAM, or this one, without an environment and by
 * a system call of its own, and forgets a socket there. So does the parent.
 */
#include "forget.h"

#include <sys/syscall.h>
#include <sys/wait.h>

static FRAME void forget_beyond(bool leak)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	need(fd >= 0, "socket");
	if (!leak)
		close(fd);
	STAY();
}

static FRAME void forget_before(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

/* No function of libc's. */
static FRAME long execute(const char *path, char **argv)
{
	char *nothing[] = {NULL};
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"((long)SYS_execve), "D"(path), "S"(argv), "d"(nothing)
			 : "rcx", "r11", "memory");
	return ret;
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);
	const char *program = argc > 2 ? argv[2] : "/proc/self/exe";
	char *words[] = {argv[0], argv[1], argc > 2 ? argv[2] : argv[0], "again", NULL};
	int status;
	pid_t pid;

	if (argc > 3) {
		forget_beyond(leak);
		return 4;
	}
	pid = fork();
	need(pid >= 0, "fork");
	if (pid == 0)
		need(execute(program, words) == 0, "exec");
	forget_before(leak);
	need(waitpid(pid, &status, 0) == pid, "waitpid");
	printf("child=%d\n", status >> 8);
	return 6;
}
