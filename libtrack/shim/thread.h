/* SPDX-License-Identifier: Apache-2.0 */
/* The lifetimes of threads: born in themselves, done, then joined or detached. */
#ifndef SHIM_THREAD_H
#define SHIM_THREAD_H

/* Ask to be told when threads end. Called once at start-up. */
void thread_init(void);

/* The calling thread got a writer: it gives it back when it ends. */
void thread_watch_end(void);

#endif
