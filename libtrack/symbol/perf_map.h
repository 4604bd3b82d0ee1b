/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that a just-in-time compiler made, by the map that it wrote of them. */
#ifndef SYMBOL_PERF_MAP_H
#define SYMBOL_PERF_MAP_H

#include "strings.h"

#include <symbol/symbolizer.h>

/*
 * Names at addresses in ascending order, of the map behind a descriptor. Of two lines about
 * one address the later counts: code is thrown away and its room used again. Takes memory
 * for the addresses only, however long the map is. As symbolizer_map_frames.
 */
int perf_map_frames(int fd, const uint64_t *addresses, size_t count, struct strings *strings,
		    struct symbol_frame *ret_frames);

#endif
