/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many short processes:  live_forker COUNT SPOOLS   forks COUNT children, at most four at
 * a time; each opens two sockets and closes one. Prints the account. Where more than SPOOLS spools
 * lie in the run's folder it waits until they have gone: a busy recorder is not left behind.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 4, LOOK_EVERY = 50, WAIT_MS = 100000 };

static void child(void)
{
	int kept = socket(AF_INET, SOCK_DGRAM, 0);
	int closed = socket(AF_INET, SOCK_DGRAM, 0);

	if (kept < 0 || closed < 0)
		_exit(1);
	close(closed);
	_exit(0);
}

static int spools(void)
{
	const char *path = getenv("RTCTRACK_SPOOL_DIR");
	DIR *folder = path ? opendir(path) : NULL;
	int count = 0;

	if (!folder)
		return 0;
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void wait_for_room(int most)
{
	for (int i = 0; spools() > most; i++) {
		if (i == WAIT_MS)
			abort();
		usleep(1000);
	}
}

static int reap(void)
{
	int status;

	return wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : 0, most = argc > 2 ? atoi(argv[2]) : 0;
	int running = 0, good = 0;

	for (int i = 0; i < count; i++) {
		if (i % LOOK_EVERY == 0)
			wait_for_room(most);
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
