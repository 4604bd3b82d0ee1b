/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that run already, watched until they end or somebody says that it is enough: by a
 * signal to us, which they never get to see. One at a time: the signal mask belongs to the process.
 */
#ifndef CLI_ATTACHED_H
#define CLI_ATTACHED_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attached {
	int wake_fd; /* attached_step returns when it is readable; -1: none */
	/* private */
	int *pid_fds;
	size_t count;
	int signal_fd;
	sigset_t mask_before;
	uint64_t deadline_ns; /* 0: none */
};

/* Begins to take signals, and to look after these; those that are gone count as ended. */
int attached_begin(const int32_t *pids, size_t count, struct attached *ret_attached);

/* From now on the time counts. 0: there is no limit. */
void attached_limit(struct attached *attached, uint64_t timeout_ns);

/* Wait at most wait_ms. 1 once it is over, 0 before, -errno. */
int attached_step(struct attached *attached, int wait_ms);

/* Give the signals back. A zeroed struct is none. */
void attached_finish(struct attached *attached);

#endif
