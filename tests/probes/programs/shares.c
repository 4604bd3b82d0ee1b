/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shares leak|close: children that have their parent's table of descriptors (CLONE_FILES), and
 * nothing else of it. What one opens the other closes; and the parent forgets a socket.
 */
#include "forget.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static FRAME void forget_shared(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

/* The lowest number is free in both, and each is another's. */
static void change_hands(void)
{
	int status, mine = open("/dev/null", O_RDONLY);
	long child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	need(child >= 0, "clone");
	if (child == 0) {
		close(mine);
		syscall(SYS_exit_group, open("/dev/zero", O_RDONLY) == mine ? 0 : 1);
	}
	need(waitpid((pid_t)child, &status, 0) == child && status == 0, "the child");
	close(mine);
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);

	for (int i = 0; i < 5; i++)
		change_hands();
	open_and_close(20);
	forget_shared(leak);
	printf("left=%d\n", leak);
	return 0;
}
