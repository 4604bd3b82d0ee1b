/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that ends by itself may be held back at its end, before any of its own functions for
 * that run, so that what belongs to closed scopes has the time to end. Only the reader of the spool
 * knows what that is, and says when it is over.
 */
#ifndef SHIM_HOLD_H
#define SHIM_HOLD_H

#include "shim.h"

struct writer;

/* A scope is closed, or over: from now on something may be waited for. */
void hold_expect(void);
/* A forked child has closed none. */
void hold_reset(void);

/*
 * The calling thread ends the program: wait, where that is wanted. Other threads that end it too
 * meanwhile wait as long, since they come after it; one that is interrupted while it waits, and
 * ends it anew, does not.
 */
void hold_end(const struct writer *writer);

#endif
