/* SPDX-License-Identifier: Apache-2.0 */
/* The room that all processes of a run share: what the reader gives back of it. */
#ifndef COLLECT_BUDGET_H
#define COLLECT_BUDGET_H

#include <stdint.h>
#include <track/wire.h>

struct budget {
	struct track_budget *map; /* NULL: there is none */
	int fd;
};

/*
 * Of the spools in this folder. -ENOENT: it has none; -EBADMSG: its file is
 * none that wire.h knows; or -errno.
 */
int budget_open(struct budget *budget, const char *folder);
/* A zeroed struct is fine. */
void budget_close(struct budget *budget);
/* So many segments are free again. Never below 0, whatever the file says. */
void budget_give_back(struct budget *budget, uint32_t segments);

/* Images that said in it that they could make no spool. */
uint64_t budget_unrecorded(const struct budget *budget);

#endif
