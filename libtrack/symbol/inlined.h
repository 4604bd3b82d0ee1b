/* SPDX-License-Identifier: Apache-2.0 */
/* The frames at one address by DWARF: a function, and what was inlined into it there. */
#ifndef SYMBOL_INLINED_H
#define SYMBOL_INLINED_H

#include "names.h"
#include "units.h"

#include <symbol/symbolizer.h>

/*
 * Frames innermost first, as in symbol_module_frames; 0 if DWARF says nothing. The
 * last one has no function name where only lines are known. *ret_whole: the last
 * frame is the function that was really called, and not cut off by max.
 */
size_t inlined_frames(struct unit *unit, uint64_t address, struct names *names,
		      struct symbol_frame *ret_frames, size_t max, bool *ret_whole);

#endif
