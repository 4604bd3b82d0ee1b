/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread waits for, by its system call, the C library's function it is in, and memory. */
#ifndef LOADER_WAITS_H
#define LOADER_WAITS_H

#include "libc_calls.h"
#include "probe_stand.h"

#include <track/wire.h>

/* Memory of the process: bytes that could be read, all or none. */
struct wait_memory {
	void *context;
	bool (*read)(void *context, uint64_t address, void *ret_bytes, size_t size);
};

struct waiting {
	enum track_wait wait; /* TRACK_WAIT_NONE: for nothing that is known */
	enum track_call call;
	bool timed;
	bool is_number; /* subject is a descriptor, alone */
	uint64_t subject;
	uint64_t other;
	/* As threads know themselves; 0: not known. */
	int32_t holder; /* of the lock */
	int32_t joined; /* thread that is waited for */
	uint32_t depth; /* how often the holder has it */
	uint32_t mode;	/* TRACK_WAIT_MUTEX or _WRITE: how it has it */
};

/* in: the innermost of its functions that is known; glibc: whose it is. */
struct waiting waits_find(const struct probe_stand *stand, enum libc_call in, bool glibc,
			  const struct wait_memory *memory);

/* As calls.def has it; none: it has not. */
enum track_call waits_call(const char *name);

#endif
