/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host programs for the preloaded library: each does something that a shim gets
 * wrong easily, keeps its own account of the UDP sockets it opened and closed,
 * and prints it. tests/live/run.sh compares the account with the trace.
 */
#ifndef LIVE_HOST_H
#define LIVE_HOST_H

#include <stdbool.h>

/* Open a UDP socket on the account; -1 and exit on failure. */
int host_open(void);
/* Close it on the account. */
void host_close(int fd);
/* Count what was opened or closed by other means. */
void host_count(int opened, int closed);
/* Print "opened=N closed=N" now (killed programs cannot later). */
void host_account(void);
/* Fail the program with a sentence unless ok. */
void host_check(bool ok, const char *what);

struct host {
	const char *name;
	int (*main)(void); /* returns the exit code */
	const char *what;
};

extern const struct host host_deaths[], host_descriptors[], host_hazards[], host_processes[],
	host_locks[], host_lock_hazards[], host_threads[], host_traps[], host_waits[];

#endif
