/* SPDX-License-Identifier: Apache-2.0 */
/* What the sample writes, then its /proc/self/maps. */
#ifndef STACKS_H
#define STACKS_H

#include <stdint.h>

#define SNAPSHOT_REGISTERS 17 /* as symbol/unwind.h orders them */
#define SNAPSHOT_DEPTH_MAX 64
#define SNAPSHOT_BYTES_MAX 65536

struct snapshot {
	uint64_t registers[SNAPSHOT_REGISTERS];
	uint64_t bytes;
	uint64_t count;
	uint64_t addresses[SNAPSHOT_DEPTH_MAX]; /* the first is not that of the registers */
	unsigned char stack[SNAPSHOT_BYTES_MAX];
};

#endif
