/* SPDX-License-Identifier: Apache-2.0 */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static struct account {
	int opened, closed;
} * account;

static __attribute__((constructor)) void begin(void)
{
	account = mmap(NULL, sizeof(*account), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	account_check(account != MAP_FAILED, "no memory to share");
}

void account_add(int opened, int closed)
{
	__atomic_fetch_add(&account->opened, opened, __ATOMIC_RELAXED);
	__atomic_fetch_add(&account->closed, closed, __ATOMIC_RELAXED);
}

int account_open(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd >= 0)
		account_add(1, 0);
	return fd;
}

void account_close(int fd)
{
	account_check(!close(fd), "close() failed");
	account_add(0, 1);
}

void account_pairs(int pairs)
{
	for (int i = 0; i < pairs; i++) {
		int fd = account_open();
		account_check(fd >= 0, "socket() failed");
		account_close(fd);
	}
}

void account_print(void)
{
	char line[64];
	int size = snprintf(line, sizeof(line), "opened=%d closed=%d\n", account->opened,
			    account->closed);
	account_check(write(STDOUT_FILENO, line, (size_t)size) == size, "cannot print");
}

void account_check(bool ok, const char *what)
{
	if (ok)
		return;
	dprintf(STDERR_FILENO, "host: %s\n", what);
	abort();
}
