/* SPDX-License-Identifier: Apache-2.0 */
/* The traffic counters of a spool's descriptors. */
#ifndef COLLECT_USAGE_H
#define COLLECT_USAGE_H

#include "spool.h"

typedef int (*usage_visit)(void *ctx, uint32_t fd, const struct track_traffic *traffic);

/*
 * Visit the descriptors that are open and had traffic. Reads the file, not the
 * map, and of its 64 MiB table only what was ever written. A file that is gone
 * has none. Returns 0 or visit's error.
 */
int usage_walk(const struct spool *spool, usage_visit visit, void *ctx);

#endif
