/* SPDX-License-Identifier: Apache-2.0 */
/* closer closefrom|close_range|loop: closes all descriptors as daemons do, and goes on. */
#include "account.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SOCKETS = 7, FIRST = 3, END = 1024 };

static void by_loop(void)
{
	for (int fd = FIRST; fd < END; fd++)
		close(fd);
}

static void close_all(const char *how)
{
	if (!strcmp(how, "closefrom"))
		closefrom(FIRST);
	else if (!strcmp(how, "close_range"))
		account_check(!close_range(FIRST, ~0u, 0), "close_range() failed");
	else
		by_loop();
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "loop";
	close_all(how); /* what the session left us */
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < SOCKETS; i++)
			account_check(account_open() == FIRST + i, "a number is taken");
		close_all(how);
		account_add(0, SOCKETS);
	}
	account_check(account_open() == FIRST, "a number is taken");
	account_print();
	return 0;
}
