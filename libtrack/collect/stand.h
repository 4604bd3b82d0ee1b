/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a spool about where threads stand. */
#ifndef COLLECT_STAND_H
#define COLLECT_STAND_H

#include "spool.h"

#include <collect/collector.h>

/* A zeroed struct is empty. */
struct standings {
	struct collect_standings told; /* points into what follows */
	struct track_standing *entries;
	struct collect_standing *threads;
	struct track_waker *wakers;
	struct track_lock_order *orders;
};
void standings_finish(struct standings *standings);

/*
 * Read them from the file; one that is gone has none. moving: its threads may run while we look.
 * now_ns: nothing is later. *ret_standings is finished by the caller, also after a failure:
 * -ENOMEM.
 */
int stand_read(const struct spool *spool, bool moving, uint64_t now_ns,
	       struct standings *ret_standings);
/* As collector_stuck, of one process. */
uint64_t stand_stuck(const struct spool *spool, uint64_t before_ns);
/* When the last of them began to wait; 0 if none does. */
uint64_t stand_latest_ns(const struct standings *standings);

#endif
