/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory the ring and the tables may take. The kernel charges them to the memory limit of
 * our control group, which the recorded program shares: what we take too much, it is killed for.
 */
#ifndef PROBES_ROOM_H
#define PROBES_ROOM_H

#include <stdint.h>

#define ROOM_UNLIMITED UINT64_MAX

struct room {
	uint64_t ring_bytes; /* what was wanted, or a power of two below it */
	uint32_t shift;	     /* by it tables are smaller than at their full size */
};

/*
 * What the limits of all control groups above us leave, of both versions. The folder is the root
 * for files (sys/fs/cgroup, proc/self/cgroup); "" outside of tests.
 */
uint64_t room_left(const char *root);

/* What may be locked, where the kernel counts maps as that (before 5.11) and we may not raise it.
 */
uint64_t room_lockable(void);

/* -ENOMEM: so little is left that there is no room for probes. */
int room_fit(uint64_t left_bytes, uint64_t wanted_ring_bytes, struct room *ret_room);

#endif
