/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storm COUNT: so many short processes, some at a time. Each opens and closes, every hundredth
 * forgets a socket; its exit code follows from its number. Prints how many there were, how many
 * forgot something, and the sum of the codes that were waited for.
 */
#include "forget.h"

#include <sys/wait.h>

enum { AT_ONCE = 8, CODES = 251, EACH = 3, FORGETS = 100 };

static FRAME void forget_one(void)
{
	OPEN_UDP();
	STAY();
}

static void be_child(int number)
{
	open_and_close(EACH);
	if (number % FORGETS == 0)
		forget_one();
	_exit(number % CODES);
}

static int waited(void)
{
	int status;

	need(wait(&status) > 0 && WIFEXITED(status), "a child");
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;
	long sum = 0;

	need(count > 0, "usage: storm COUNT");
	for (int i = 1; i <= count; i++) {
		if (i > AT_ONCE)
			sum += waited();
		pid_t pid = fork();
		need(pid >= 0, "fork");
		if (!pid)
			be_child(i);
	}
	for (int i = 0; i < AT_ONCE && i < count; i++)
		sum += waited();
	printf("processes=%d forgot=%d codes=%ld\n", count, count / FORGETS, sum);
	return 0;
}
