/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opens [MOST]: opens sockets from one line until MOST or until there are no more
 * descriptors, then dies by SIGKILL. Every event is one birth, so what is lost
 * plus what is recorded must be the account exactly.
 */
#include "account.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

int main(int argc, char **argv)
{
	int most = argc > 1 ? atoi(argv[1]) : 10000;
	struct rlimit limit;
	int opened = 0;
	account_check(!getrlimit(RLIMIT_NOFILE, &limit), "getrlimit() failed");
	if (limit.rlim_cur >= 1024) /* a session's default, and not what a test set */
		limit.rlim_cur = limit.rlim_max;
	account_check(!setrlimit(RLIMIT_NOFILE, &limit), "setrlimit() failed");
	while (opened < most && account_open() >= 0)
		opened++;
	printf("%s after %s\n", opened < most ? strerrorname_np(errno) : "ends",
	       opened < most ? "the limit" : "all");
	fflush(stdout);
	account_print();
	raise(SIGKILL);
	return 1;
}
