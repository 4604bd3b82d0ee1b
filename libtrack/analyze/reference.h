/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References to one thing, folded as the table reference has them: one struct for all of one
 * holder, for one purpose, taken at one place, with how many were taken and given back.
 */
#ifndef ANALYZE_REFERENCE_H
#define ANALYZE_REFERENCE_H

#include "thing.h"

/* By how many references the task can be woken. */
uint64_t reference_wakers(const struct thing *thing);
/* Of those that are left, and can wake nobody: who is followed and holds one. */
void references_visit(const struct thing *thing,
		      void (*visit)(void *ctx, const struct thing *holder), void *ctx);
/* Write all of them, anew if they were; the thing's row is there. */
int references_write(struct thing *thing);
/* The thing is over: what was written of them goes. */
int references_end(struct thing *thing);
void references_finish(struct thing *thing);

#endif
