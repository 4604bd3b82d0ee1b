/* SPDX-License-Identifier: Apache-2.0 */
/* plain leak|close: forgets a socket, and a thread that nobody joins; three others are joined. */
#include "forget.h"

#include <pthread.h>

enum { THREADS = 3, PAIRS = 20 };

static FRAME void *work(void *arg)
{
	open_and_close(PAIRS);
	STAY();
	return arg;
}

static FRAME pthread_t start(void)
{
	pthread_t thread;

	need(!pthread_create(&thread, NULL, work, NULL), "pthread_create");
	return thread;
}

static FRAME void forget_socket(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

static FRAME void forget_thread(bool leak)
{
	pthread_t thread;

	need(!pthread_create(&thread, NULL, work, NULL), "pthread_create");
	if (!leak)
		pthread_join(thread, NULL);
	else
		usleep(50000); /* so that it is over, and yet there */
	STAY();
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		threads[i] = start();
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	open_and_close(PAIRS);
	forget_socket(leak);
	forget_thread(leak);
	printf("left=%d\n", leak);
	return 7;
}
