/* SPDX-License-Identifier: Apache-2.0 */
/* chroots leak|close FOLDER: locks itself and a child up in a folder, and forgets a socket there.
 */
#include "forget.h"

#include <sys/wait.h>

static FRAME void forget_inside(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);
	int status;

	need(argc == 3 && !chdir(argv[2]) && !chroot("."), "chroot");
	open_and_close(20);
	pid_t pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		forget_inside(leak);
		_exit(4);
	}
	need(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 4, "the child");
	printf("left=%d\n", leak);
	return 0;
}
