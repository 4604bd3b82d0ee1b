/* SPDX-License-Identifier: Apache-2.0 */
/* What is to blame for a root: of what keeps a leak alive, the one that nobody keeps. */
#ifndef ANALYZE_LEAK_CAUSE_H
#define ANALYZE_LEAK_CAUSE_H

#include "leaks.h"

/* In this order what it holds is told as its. */
enum cause { CAUSE_TASK, CAUSE_TIMER, CAUSE_CALLBACK, CAUSE_SCOPE, CAUSE_CIRCLE, CAUSE_OTHER };

/* Of the root that this part is. */
enum cause leak_cause(const struct leaks *leaks, size_t part);
/* The first of a kind in a part; SURVIVOR_NONE if there is none. */
size_t leak_find_kind(const struct leaks *leaks, size_t part, enum track_kind kind);

#endif
