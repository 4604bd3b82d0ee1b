/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attended leak|close: opens sockets and starts a thread, prints a word and waits for a line, so
 * that a recorder may come; then closes one of these, leaves the other, opens and closes, and
 * forgets one or not; prints a word and waits for a line again, so that the recorder may go; then
 * does it all once more, unseen, and ends.
 */
#include "forget.h"

#include <pthread.h>

static FRAME void forget_attended(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

static void *sleep_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void say_and_wait(const char *word)
{
	char line[16];

	puts(word);
	fflush(stdout);
	need(fgets(line, sizeof(line), stdin) != NULL, "a line");
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);
	int first = open_udp(), second = open_udp();
	pthread_t thread;

	need(!pthread_create(&thread, NULL, sleep_on, NULL), "pthread_create");
	say_and_wait("ready");
	open_and_close(50);
	close(first);
	forget_attended(leak);
	say_and_wait("seen");
	open_and_close(50);
	forget_attended(leak);
	printf("over second=%d\n", second);
	return 6;
}
