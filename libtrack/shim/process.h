/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the traced process: start, fork, normal exit. */
#ifndef SHIM_PROCESS_H
#define SHIM_PROCESS_H

#include "shim.h"

/* Pid of the process that the spool belongs to; 0 before start-up. */
int process_pid(void);

/* Whether this process is a child of the one that owns the spool, with memory of its own. */
bool process_is_forked(void);

/* Begin a spool for a forked child. -errno; then the child is not recorded. */
int process_start_forked(void);

/* A normal exit begins: the last look. Runs once. exit_code -1: unknown. */
void process_exiting(int exit_code);

/* It did not end after all (daemon failed): the last look was not the last. */
void process_goes_on(void);

/*
 * A seccomp filter follows (NULL: the strict mode), which may kill for any system call of ours:
 * room is made ready now, and from here on events are recorded without one. True: say afterwards
 * whether it came to be.
 */
bool process_sandboxing(const void *program);
void process_sandboxed(bool really);

#endif
