/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a spool about where threads stand. */
#ifndef COLLECT_STAND_H
#define COLLECT_STAND_H

#include "spool.h"

#include <collect/standings.h>

/*
 * Read them from the file; one that is gone has none. moving: its threads may run while we look.
 * now_ns: nothing is later. *ret_standings is finished by the caller, also after a failure:
 * -ENOMEM.
 */
int stand_read(const struct spool *spool, bool moving, uint64_t now_ns,
	       struct standings *ret_standings);
/* When the last of them began to wait; 0 if none does. */
uint64_t stand_latest_ns(const struct standings *standings);

#endif
