/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process shares: executor threads, a pool of workers for the user's callbacks, a
 * resolver thread. Started by the first object or by library_start, stopped by library_cleanup
 * once the last object is gone: a cleanup thread joins them all, since the last release may
 * happen on any of them.
 */
#ifndef RUN_LIBRARY_H
#define RUN_LIBRARY_H

#include <stdint.h>

struct executor;
struct pool;
struct resolver;

struct library_options {
	unsigned executors; /* 0: as many as processors, 4 at most */
	unsigned workers;   /* 0: as many as processors, 4 at most, never below 2 */
};

/* Starts the threads if they do not run, and takes the library's hold on itself where a cleanup
 * gave it up. options (NULL: defaults) count only when threads are started. -EAGAIN where one
 * cannot be, -ENOMEM, -EMFILE; -EBUSY from the last object's end until the threads are joined. */
int library_start(const struct library_options *options);

/*
 * Gives up the library's hold on itself and waits until everything is stopped. 0 if nothing runs:
 * no thread, descriptor or memory of the library is left then, and it can be started anew.
 * -ETIMEDOUT if objects are alive after timeout_ms: they keep their threads, new objects may be
 * made, and the cleanup goes on when the last is gone; call it again to wait for that and for the
 * cleanup thread. UINT_MAX: as long as it takes. -EDEADLK on one of the library's own threads.
 */
int library_cleanup(unsigned timeout_ms);

/* A token, as each object has one. Starts the library; fails as library_start does. */
int library_enter(void);
void library_leave(void);

/* Valid while the caller holds a token; what is given to them to do keeps one until it is done. */
struct executor *library_executor(void); /* the next in turn */
struct pool *library_pool(void);
struct resolver *library_resolver(void);

/* What exists now; for tests and for a program that wants to tell. */
struct library_counts {
	unsigned objects;
	unsigned tasks_pending;
	unsigned timers_armed;
	unsigned callbacks_unfired; /* one-shot, set and neither fired nor reset */
	unsigned threads;	    /* of the library */
};
void library_count(struct library_counts *ret_counts);

#endif
