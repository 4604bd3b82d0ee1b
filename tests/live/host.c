/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int opened, closed;

int host_open(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	host_check(fd >= 0, "socket() failed");
	opened++;
	return fd;
}

void host_close(int fd)
{
	host_check(!close(fd), "close() failed");
	closed++;
}

void host_count(int more_opened, int more_closed)
{
	opened += more_opened;
	closed += more_closed;
}

void host_account(void)
{
	char line[64];
	int size = snprintf(line, sizeof(line), "opened=%d closed=%d\n", opened, closed);
	host_check(write(STDOUT_FILENO, line, (size_t)size) == size, "cannot print");
}

void host_check(bool ok, const char *what)
{
	if (ok)
		return;
	dprintf(STDERR_FILENO, "host: %s\n", what);
	abort();
}

int main(int argc, char **argv)
{
	const struct host *const tables[] = {host_deaths,    host_descriptors, host_hazards,
					     host_processes, host_locks,       host_lock_hazards,
					     host_threads,   host_traps,       host_waits};
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
		for (const struct host *host = tables[t]; host->name; host++) {
			if (argc == 2 && !strcmp(argv[1], host->name))
				return host->main();
			if (argc == 1)
				printf("%-24s %s\n", host->name, host->what);
		}
	}
	return argc == 1 ? 0 : 2;
}
