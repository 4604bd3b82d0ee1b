/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is against each survivor. Of what belongs to something, the nearest that was
 * closed or destroyed decides; what belongs to nothing shares the fate of whoever
 * holds it, the best one; and of what nobody holds, the scope inside of whose call it was
 * made is a hint.
 */
#ifndef ANALYZE_FATE_H
#define ANALYZE_FATE_H

#include "links.h"
#include "survivors.h"

/* Sets fate, outlived and unclosed of each. */
int fates_judge(struct survivors *survivors, const struct links *links, uint64_t grace_ns);

/* A scope that must be closed, and was not: nobody began to, or the close never returned. */
bool survivor_is_unclosed(const struct survivor *survivor);
/* A callback that may be called many times is never overdue. */
bool survivor_is_persistent(const struct survivor *survivor);

#endif
