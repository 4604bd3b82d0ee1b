/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call stacks by libunwind. It is never linked: that would interpose the
 * host's _Unwind_* functions. It is opened RTLD_LOCAL at start-up, and its
 * memory probes, which would open a pipe in the host, are answered by our
 * wrappers without a descriptor.
 */
#ifndef SHIM_STACK_H
#define SHIM_STACK_H

#include "trail.h"
#include "writer.h"

extern bool stacks_taken SHIM_HIDDEN; /* false: there are none, so nobody need ask */

/* Frames per stack, 0 for none. */
void stack_init(uint32_t depth);

/*
 * Open libunwind, once. Not from our own start-up code: that runs before libc's,
 * and dlopen would initialise libc with an empty environment. And not from a
 * wrapper that an allocator may call under its lock (jemalloc reads files and
 * starts threads that way): dlopen allocates. A missing libunwind is noted;
 * then there are no stacks. errno is left alone.
 */
void stack_load(void);

/*
 * In a new thread, before any code of the host: make it ready to unwind. A
 * thread that was never made ready (not begun by libc), a stack
 * that is not the thread's own or too small: its events go without a stack.
 */
void stack_prepare_thread(void);

/* So many more functions of ours call the program's in the middle of a stack: they are left out. */
void stack_within(int more);

/*
 * The hash of the caller's stack, our own frames left out; the stack itself is
 * recorded when the thread meets it first. 0: none. errno is left alone.
 */
uint64_t stack_record(struct writer *writer);
/* From the caller of start on. What start is, is the header's in the program, named or not. */
uint64_t stack_record_above(struct writer *writer, const struct trail_start *start);

/* From start on, with it; none, and no note of it, where it cannot be taken. */
uint64_t stack_record_from(struct writer *writer, const struct trail_start *start);
/* A stack of this one frame. */
uint64_t stack_record_one(struct writer *writer, uint64_t address);

/* Around a fork: no thread may hold a lock of libunwind while memory is copied. */
void stack_before_fork(void);
void stack_after_fork_in_parent(void);
/* prepared: stack_before_fork ran. If not, the child goes without stacks. */
void stack_after_fork_in_child(bool prepared);

/* libunwind's pipe: descriptor numbers that no kernel gives out. */
#define STACK_PROBE_READ 0x7ffffff0
#define STACK_PROBE_WRITE 0x7ffffff1

static inline bool stack_is_probe(long fd)
{
	return unlikely(fd == STACK_PROBE_READ || fd == STACK_PROBE_WRITE);
}

/* Whether an address lies on the calling thread's own stack, as far as that was looked at. */
bool stack_is_own(uintptr_t address);

/* Whether an address is in libunwind's code: what that opens and closes is not the host's. */
bool stack_is_library(const void *address);

/* In a wrapper: libunwind calls about its pipe. To the host these numbers are not open. */
#define STACK_IS_PROBED(fd) (stack_is_probe(fd) && stack_is_library(__builtin_return_address(0)))

/* Answer a write or read on a probe as the pipe would: bytes, or -1 with errno. */
long stack_probe_write(const void *address);
long stack_probe_read(void);

#endif
