/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program under rtctrack: started behind a gate, so that everything that
 * can fail fails before its first instruction; signals and job control are
 * passed on to it. One at a time: the signal mask belongs to the process.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shim.h"

struct child {
	pid_t pid;
	int status;	/* wait status, once child_step returned 1 */
	bool timed_out; /* --timeout ended it */
	bool hangs;	/* set by who knows: it is asked once to end, and no second time */
	bool warned;	/* the next request to end is the last; to be cleared once it was said, */
	bool told;	/* and this to be set: then it is, whenever it comes */
	bool killed;	/* the requests to end came to SIGKILL */
	bool ended;	/* by child_end */
	uint64_t timeout_ns; /* 0: none */
	/* Called before it is asked to end by us, or ended: a last look. NULL: nothing. */
	void (*before_end)(void *ctx);
	void *before_end_ctx;
	int wake_fd; /* child_step returns when it is readable; -1: none */
	/* private */
	int gate_fd, error_fd, signal_fd;
	sigset_t mask_before;
	struct sigaction chld_before, pipe_before;
	uint64_t deadline_ns;  /* 0: none */
	unsigned requests;     /* to end, one soon after the other, */
	uint64_t requested_ns; /* the last of them then */
};

/* Fork, and hold the child back. argv is NULL terminated. environment NULL: ours. */
int child_prepare(char **argv, const struct shim_environment *environment, uint64_t timeout_ns,
		  struct child *ret_child);

/* Let it exec. 0, or why it could not (-ENOENT, -EACCES, ...): then it is gone. */
int child_release(struct child *child);

/* Give it up before its release. */
void child_cancel(struct child *child);

/*
 * Wait at most wait_ms for something to happen, pass signals on, stop with it.
 * Returns 1 once it has ended, 0 before, -errno.
 */
int child_step(struct child *child, int wait_ms);

/* Ask it to end, by SIGTERM; some seconds later SIGKILL ends it. Once is enough. */
void child_end(struct child *child);

/* Whether somebody asked it to end, through us: Ctrl-C or SIGTERM. */
bool child_is_asked(const struct child *child);

/* Undo what child_prepare changed in this process. After child_step returned 1. */
void child_finish(struct child *child);

/*
 * SIGINT and SIGTERM ask it to end. Who asks again and again wants it to: after a few within a
 * short time of each other (two, if it hangs) child_step kills it, and warned tells so before.
 */

/* What a shell would make of the wait status: the exit code, or 128 + signal. */
int child_exit_code(int status);

#endif
