/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all files of the preloaded library share. Rules that hold in every one:
 * after start-up nothing allocates, takes a lock that another thread can hold
 * while it sleeps, prints, changes errno or owns a descriptor. What cannot be
 * recorded is counted as a note in the spool.
 */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <track/wire.h>

#define SHIM_EXPORT __attribute__((visibility("default")))
#define SHIM_HIDDEN __attribute__((visibility("hidden"))) /* for data that headers name */
#define SHIM_TLS __thread __attribute__((tls_model("initial-exec")))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/*
 * Of what one thread alone writes, its signal handlers included: one instruction, without the lock
 * that would hold up other processors.
 */
static inline uint32_t add_here(uint32_t *number, uint32_t more)
{
	__asm__ volatile("xaddl %0, %1" : "+r"(more), "+m"(*number) : : "memory", "cc");
	return more; /* what it was */
}

static inline bool replace_here(uint64_t *number, uint64_t expected, uint64_t wanted)
{
	bool was;
	__asm__ volatile("cmpxchgq %3, %1"
			 : "=@ccz"(was), "+m"(*number), "+a"(expected)
			 : "r"(wanted)
			 : "memory");
	return was;
}

/* System calls without libc: no errno, no cancellation point, no wrapper. Returns -errno. */
static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline long sys3(long n, long a, long b, long c)
{
	return sys6(n, a, b, c, 0, 0, 0);
}

static inline long sys4(long n, long a, long b, long c, long d)
{
	return sys6(n, a, b, c, d, 0, 0);
}

#endif
