/* SPDX-License-Identifier: Apache-2.0 */
/* Where a thread stands, as the kernel's program tells the loader: one of each thread, at a look.
 */
#ifndef PROBE_STAND_H
#define PROBE_STAND_H

#include "probe_event.h"

enum probe_stand_flags {
	PROBE_STAND_BLOCKED = 1, /* it sleeps; registers are those of its system call */
	PROBE_STAND_ON_CPU = 2,	 /* its registers are older than what it does */
	PROBE_STAND_32_BIT = 4,	 /* its system call is one of 32-bit code */
	PROBE_STAND_AGED = 8,	 /* age_ns is known */
	PROBE_STAND_ENDS = 16,	 /* its process ends, and takes it along */
};

struct probe_stand {
	uint32_t tgid; /* as probe_event.h numbers them */
	uint32_t tid;
	int32_t own_tid; /* as the thread itself knows it */
	uint32_t flags;
	uint64_t switches; /* how often it left a processor */
	uint64_t time_ns;  /* of the look */
	uint64_t age_ns;   /* so long it has been off its processor */
	uint64_t thread_pointer;
	int64_t call; /* number of its system call; -1: none */
	struct probe_registers registers;
};

_Static_assert(sizeof(struct probe_stand) == 56 + sizeof(struct probe_registers), "no holes");

#endif
