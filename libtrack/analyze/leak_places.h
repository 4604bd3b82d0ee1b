/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where references were taken to what a pack tells of. Its wrappers know no holder, so where some
 * were given back, nobody can tell which are left: all places are told, and the likeliest is
 * blamed.
 */
#ifndef ANALYZE_LEAK_PLACES_H
#define ANALYZE_LEAK_PLACES_H

#include "culprit.h"
#include "leaks.h"

enum { LEAK_PLACES_MAX = 32 };

struct leak_place {
	int64_t stack, released_stack; /* released_stack: of the last; 0: none */
	uint64_t retained, released;
	uint64_t module, released_module; /* hashes of who called; 0 unknown */
	bool direct;			  /* the program's own code took it */
};

struct leak_places {
	struct leak_place items[LEAK_PLACES_MAX]; /* the newest first */
	size_t count;				  /* 0: it is known which are left */
	uint64_t taken, left;
	int64_t blamed; /* the stack to ask */
};

int leak_places_find(const struct leaks *leaks, size_t index, struct leak_places *ret_places);

#endif
