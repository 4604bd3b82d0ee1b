/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cap that all processes of a run share, in segments: see struct
 * track_budget. Where the spool folder has no such file, every process may take
 * what its own spool holds.
 */
#ifndef SHIM_BUDGET_H
#define SHIM_BUDGET_H

#include "shim.h"

/* Map the folder's budget, if it has one. A forked child keeps its parent's. */
void budget_open(const char *folder);

/* Take one segment off the budget; false: the run has no more. */
bool budget_take(void);
/* Somebody adds to our spools: what is in them is not all before he says so. */
bool budget_is_beside(void);
/* Give one back that was not used. */
void budget_return(void);

/* How long at most an end may be held back; 0: not at all, since nobody wants that, or waits for
 * it.
 */
uint64_t budget_settle_ns(void);

/* This image could make no spool: the run's recorder is told, if it can be. */
void budget_count_unrecorded(void);

#endif
