/* SPDX-License-Identifier: Apache-2.0 */
/* Who woke the waiters of a condition or semaphore last: a hash table in the spool. */
#ifndef SHIM_WAKERS_H
#define SHIM_WAKERS_H

#include "writer.h"

/* The thread of this writer does. caller: where the call returns to. */
void waker_tell(const struct writer *writer, const void *subject, const void *caller);

/* At this address another one begins, or none is any more. */
void waker_forget(const void *subject);

#endif
