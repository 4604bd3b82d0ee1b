/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the functions that a pack names are there: a wrapper of none is never called. */
#ifndef CLI_PACK_SYMBOLS_H
#define CLI_PACK_SYMBOLS_H

#include <pack/pack.h>

#include "dependencies.h"

/*
 * Adds an error for each function that none of the libraries exports. 0; or -errno if one of the
 * libraries cannot be read, which is added too.
 */
int pack_symbols_check(const struct pack *pack, const struct dependencies *libraries,
		       struct schema_errors *errors);

/*
 * The same of those libraries of a program that the pack is for. Nothing is added if one that the
 * pack is for is not among them, or cannot be read: the function may be there.
 */
void pack_symbols_check_program(const struct pack *pack, const struct dependencies *needed,
				struct schema_errors *errors);

/*
 * The same, by name: into names, which has room for all of the pack's functions. How many; the
 * texts are the pack's.
 */
size_t pack_symbols_missing(const struct pack *pack, const struct dependencies *needed,
			    const char **names);

#endif
