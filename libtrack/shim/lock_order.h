/* SPDX-License-Identifier: Apache-2.0 */
/* Which lock was taken while which other one was held: a hash table in the spool. */
#ifndef SHIM_LOCK_ORDER_H
#define SHIM_LOCK_ORDER_H

#include "shim.h"

/*
 * The thread that stands there takes a lock, one that it does not hold. Of locks of which it is not
 * certain which they are (lock_birth.h) nothing is told.
 */
void lock_order_tell(const struct track_standing *standing, const struct track_held *held);

#endif
