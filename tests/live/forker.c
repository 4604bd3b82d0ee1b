/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many short processes:  live_forker COUNT   forks COUNT children, at most four at
 * a time; each opens two sockets and closes one. Prints the account.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 4 };

static void child(void)
{
	int kept = socket(AF_INET, SOCK_DGRAM, 0);
	int closed = socket(AF_INET, SOCK_DGRAM, 0);

	if (kept < 0 || closed < 0)
		_exit(1);
	close(closed);
	_exit(0);
}

static int reap(void)
{
	int status;

	return wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 0;
	int running = 0, good = 0;

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0)
			child();
		running += pid > 0;
		if (running == AT_ONCE) {
			good += reap();
			running--;
		}
	}
	for (; running > 0; running--)
		good += reap();
	printf("children=%d\n", good);
	return good == count ? 0 : 1;
}
