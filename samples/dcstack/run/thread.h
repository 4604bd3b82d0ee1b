/* SPDX-License-Identifier: Apache-2.0 */
/* A thread of the library: it has a name, takes no signal but for its own faults, and is counted.
 */
#ifndef RUN_THREAD_H
#define RUN_THREAD_H

#include <pthread.h>
#include <stdbool.h>

enum { THREAD_NAME_BYTES = 16 }; /* with its end; the kernel's bound */

/* Embedded by its owner; stays where it is until it is joined. */
struct thread {
	pthread_t id;
	char name[THREAD_NAME_BYTES];
	void (*run)(void *user);
	void *user;
};

/* A longer name is cut. -EAGAIN, -EPERM of pthread_create. */
int thread_start(struct thread *thread, const char *name, void (*run)(void *user), void *user);
void thread_join(struct thread *thread);

bool thread_is_ours(void);   /* is this one of the library's? */
unsigned thread_count(void); /* started and not yet joined */

#endif
