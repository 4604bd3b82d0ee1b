/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of libc that make threads, and wait for them or let them go: what the kernel does not
 * see of a thread, in whichever file has them.
 */
#ifndef PROBES_THREAD_CALLS_H
#define PROBES_THREAD_CALLS_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <track/wire.h>

#include "probe_event.h"

struct traced;

struct thread_call {
	const char *symbol;
	enum track_call call;
	bool makes; /* else it ends one */
	uint8_t start_arg;
	bool has_attributes; /* its second argument */
};

extern const struct thread_call thread_calls[];
extern const size_t thread_call_count;

/* What a thread is in the middle of, by its number. A zeroed struct is empty. */
struct thread_waits {
	struct u64map by_tid;
};

void thread_waits_finish(struct thread_waits *waits);

/* What the kernel is to fetch. musl: the attributes are as musl has them, else as glibc. */
void thread_call_row(const struct thread_call *call, bool musl, struct probe_row *ret_row);

/* 0 or -ENOMEM. */
int thread_call_enter(const struct thread_call *call, struct thread_waits *waits,
		      struct traced *traced, const struct probe_function *event);
void thread_call_return(const struct thread_call *call, struct thread_waits *waits,
			struct traced *traced, const struct probe_function *event);

/* The thread is gone: it was cancelled in the middle of what it waited for. */
void thread_call_cancelled(struct thread_waits *waits, struct traced *traced, uint32_t tid,
			   uint64_t time_ns);

#endif
