/* SPDX-License-Identifier: Apache-2.0 */
/* The room that all processes of a run share: what the reader gives back of it. */
#ifndef COLLECT_BUDGET_H
#define COLLECT_BUDGET_H

#include <stdint.h>
#include <track/wire.h>

struct budget {
	struct track_budget *map; /* NULL: there is none */
	int fd;
	struct reader *reader; /* NULL: we do not attend it */
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

/*
 * From now on ends may be held back, if the budget says so, since the calling thread is there to
 * let them go: until budget_leave, or until it dies. Its list of robust futexes is ours meanwhile.
 */
void budget_attend(struct budget *budget);
void budget_leave(struct budget *budget);

/* Images that said in it that they could make no spool. */
uint64_t budget_unrecorded(const struct budget *budget);

#endif
