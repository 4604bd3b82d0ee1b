/* SPDX-License-Identifier: Apache-2.0 */
/* What all spools of one run share: their folder, their room, and who writes them. */
#ifndef LOADER_SPOOL_RUN_H
#define LOADER_SPOOL_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <track/wire.h>

struct spool_run {
	char *folder;		     /* owned */
	struct track_budget *budget; /* NULL: each spool may take cap_bytes */
	uint64_t cap_bytes;
	uint64_t made; /* spools, for their names */
	int32_t writer_pid;
	uint64_t writer_ticks;
	uint64_t pid_namespace;
};

/* -ENOMEM. A folder without a budget has none. */
int spool_run_init(struct spool_run *run, const char *folder, uint64_t cap_bytes);
void spool_run_finish(struct spool_run *run);

/* Room for one more segment, and not after all. */
bool spool_run_take(struct spool_run *run);
void spool_run_return(struct spool_run *run);
/* An image could make no spool. */
void spool_run_count_unrecorded(struct spool_run *run);

#endif
