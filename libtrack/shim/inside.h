/* SPDX-License-Identifier: Apache-2.0 */
/* The things whose calls a thread is inside of: what it sends through is likely theirs. */
#ifndef SHIM_INSIDE_H
#define SHIM_INSIDE_H

#include "shim.h"

/* Something is born that a pack tells of: of what was at its address before, other things were
 * told. */
void inside_turn(uint64_t subject);

#endif
