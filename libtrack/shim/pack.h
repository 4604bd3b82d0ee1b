/* SPDX-License-Identifier: Apache-2.0 */
/* Objects with the wrappers of probe packs, as they come: track/pack.h says what they call. */
#ifndef SHIM_PACK_H
#define SHIM_PACK_H

#include "shim.h"

struct writer;

/* A spool was begun: it is to say which packs there are. forked: the parent's other threads, which
 * were in the middle of something, are gone. */
void packs_record_all(struct writer *writer, bool forked);

/* Take the addresses of wrappers, and our own, out of a stack. How many are left. */
size_t packs_leave_out(uint64_t *addresses, size_t count);

/* Frames of theirs to reckon with in one stack; 0: there are no packs. More make it shorter. */
#define PACK_FRAMES_MAX 24
size_t packs_frames(void);

/* releases.c, in a forked child: none is under way. */
void releases_restart(void);

#endif
