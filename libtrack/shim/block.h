/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that wait for what comes from outside: on a descriptor, from a child, at a futex. Where
 * one may wait, it runs in a function of its own, so that the wrapper needs little else.
 */
#ifndef SHIM_BLOCK_H
#define SHIM_BLOCK_H

#include "manner.h"
#include "real.h"
#include "standing.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>

#define BLOCK_FRAME ((const uint64_t *)__builtin_frame_address(0))
#define BLOCK_BARE(...) __VA_ARGS__

/* A cleanup handler; a struct standing_block. */
void block_ends(void *block);

/* A call on a descriptor. */
struct standing_wait block_descriptor(int fd, enum track_call call);

/* It was told to wait and failed. */
static inline void block_failed(const struct standing_wait *wait)
{
	if (wait->wait == TRACK_WAIT_DESCRIPTOR && (errno == EAGAIN || errno == EWOULDBLOCK))
		manner_denied((int)wait->subject);
}

/* function_waits(frame, ...): the real function, and what the thread waits for is told. */
#define BLOCK(type, function, what, parameters, arguments)                                         \
	static __attribute__((noinline))                                                           \
	type function##_waits(const uint64_t *frame, BLOCK_BARE parameters)                        \
	{                                                                                          \
		const struct standing_wait told = what;                                            \
		struct standing_block block;                                                       \
		type ret;                                                                          \
		standing_block(&block, standing_writer(), &told, frame);                           \
		pthread_cleanup_push(block_ends, &block);                                          \
		ret = REAL(function) arguments;                                                    \
		pthread_cleanup_pop(1);                                                            \
		if (ret < 0)                                                                       \
			block_failed(&told);                                                       \
		return ret;                                                                        \
	}

/* Where it may wait by that one, else straight on. */
#define BLOCK_IF(condition, function, arguments)                                                   \
	(unlikely(condition) ? function##_waits(BLOCK_FRAME, BLOCK_BARE arguments)                 \
			     : REAL(function) arguments)

/* flags: of recv. */
static inline bool block_may_wait(int fd, int flags)
{
	return !(flags & (MSG_DONTWAIT | MSG_ERRQUEUE)) && manner_of(fd) != MANNER_AT_ONCE;
}

#endif
