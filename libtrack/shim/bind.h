/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libunwind's own calls: a host may interpose the locks and maps that it uses
 * (ThreadSanitizer does, and is gone from a thread before libunwind's destructor
 * takes a lock there). So they are bound to the C library itself.
 */
#ifndef SHIM_BIND_H
#define SHIM_BIND_H

/* library: a handle of dlopen. What cannot be bound stays as it is. May allocate. */
void bind_to_libc(void *library);

#endif
