/* SPDX-License-Identifier: Apache-2.0 */
/* The lifetimes of threads. A thread's subject is its pthread_t, which is its thread pointer. */
#ifndef LOADER_THREADS_H
#define LOADER_THREADS_H

#include "probe_event.h"

#include <base/u64map.h>
#include <stdbool.h>
#include <stdint.h>
#include <track/wire.h>

struct traced;

/* What a call that makes a thread was given. */
struct thread_expected {
	uint64_t start_routine;
	uint64_t stack; /* 0: as the kernel's event has it */
	enum track_call call;
	bool detached;
};

/* Zeroed is empty. */
struct threads {
	struct u64map alive;	/* tid -> subject; the main thread is not among them */
	struct u64map expected; /* tid of who makes one -> struct thread_expected, owned */
};

void threads_free(struct threads *threads);

/*
 * The thread tid is about to make one. Until then, or until threads_unexpect: the call is over.
 * What no such call made has nobody who joins it: it is born detached.
 */
void threads_expect(struct traced *traced, uint32_t tid, const struct thread_expected *expected);
void threads_unexpect(struct traced *traced, uint32_t tid);

void threads_birth(struct traced *traced, const struct probe_fork *event);
void threads_end(struct traced *traced, const struct probe_thread_end *event);
void threads_rename(struct traced *traced, const struct probe_rename *event);
/* It ran when we came. */
void threads_found(struct traced *traced, uint32_t tid, uint64_t subject, uint64_t time_ns);
/* The last look, at those that still run. */
void threads_census(struct traced *traced, uint32_t tid, uint64_t time_ns);

#endif
