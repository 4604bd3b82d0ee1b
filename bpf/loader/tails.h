/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that end by a jump to another one that is probed too. Who called the first one seems to
 * have called the other: so both are to tell where they begin and that they are over.
 */
#ifndef PROBES_TAILS_H
#define PROBES_TAILS_H

#include "points.h"
#include "row_table.h"

struct engine;

/*
 * Of one file. returns: those that are looked at; passed: those of functions of which only the
 * entry is. They are found by a `ret` that two of them share; what one passed is looked at then.
 * refused: a row that the kernel did not take. 0 or -ENOMEM.
 */
int tails_find(const struct row_table *table, struct engine *engine, struct points *returns,
	       const struct points *passed, points_refused_fn *refused, void *context);

#endif
