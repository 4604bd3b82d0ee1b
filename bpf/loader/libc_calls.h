/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a C library's functions, by name, a place in its file belongs to. */
#ifndef LOADER_LIBC_CALLS_H
#define LOADER_LIBC_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <track/wire.h>

enum libc_call {
	LIBC_NONE,
	LIBC_exit,
#define LIBC_WAIT(name, wait) LIBC_##name,
#include "libc_waits.def"
#undef LIBC_WAIT
	LIBC__COUNT
};

struct libc_place {
	uint64_t start; /* offsets in the file */
	uint64_t end;
	enum libc_call call; /* LIBC_NONE: of functions that wait for different things */
	bool by_jump;	     /* it has no name, and the function ends by a jump to it */
};

/* Zeroed: of a file that has none of them. */
struct libc_calls {
	bool is_glibc; /* how its locks lie in memory is known */
	size_t count;
	struct libc_place *places; /* owned */
};

struct unwinder;

/* Of the file at path. unwinder NULL: only what has names. 0, also where it cannot be read;
 * -ENOMEM. */
int libc_calls_read(const char *path, struct unwinder *unwinder, struct libc_calls *ret_calls);
void libc_calls_finish(struct libc_calls *calls);
enum libc_call libc_calls_find(const struct libc_calls *calls, uint64_t offset);
/* TRACK_WAIT_NONE: it waits for nothing. */
enum track_wait libc_call_wait(enum libc_call call);
/* Never NULL. */
const char *libc_call_name(enum libc_call call);

#endif
