/* SPDX-License-Identifier: Apache-2.0 */
/* Whether libraries, or a program, have functions that a pack's patterns fit. */
#ifndef CLI_PACK_PATTERNS_H
#define CLI_PACK_PATTERNS_H

#include <pack/pack.h>

#include "dependencies.h"

/* Adds an error for each pattern that fits nothing in any of them. 0 or -ENOMEM. */
int pack_patterns_check(const struct pack *pack, const struct dependencies *libraries,
			struct schema_errors *errors);

#endif
