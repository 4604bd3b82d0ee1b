/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vforks leak|close: children by vfork, which open and close in their parent's memory before they
 * execute something. What they open is not their parent's; he forgets a socket himself, in between.
 */
#include "forget.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { CHILDREN = 10 };

static FRAME void one_child(void)
{
	int status;
	pid_t pid = vfork();

	if (!pid) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(fd, STDIN_FILENO);
		close(open("/dev/null", O_RDONLY));
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "a child");
	STAY();
}

static FRAME void forget_between(bool leak)
{
	int fd = OPEN_UDP();

	one_child();
	if (!leak)
		close(fd);
	STAY();
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);

	for (int i = 0; i < CHILDREN; i++) {
		open_and_close(1);
		one_child();
	}
	forget_between(leak);
	open_and_close(1);
	printf("left=%d\n", leak);
	return 0;
}
