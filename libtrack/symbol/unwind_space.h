/* SPDX-License-Identifier: Apache-2.0 */
/* Which file's code is where in an address space. */
#ifndef SYMBOL_UNWIND_SPACE_H
#define SYMBOL_UNWIND_SPACE_H

#include "unwind_file.h"

struct unwind_mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	struct unwind_file *file; /* NULL: none, or none that could be read */
};

struct unwind_space {
	struct unwinder *unwinder;
	struct unwind_mapping *mappings; /* by address; they do not overlap */
	size_t count;
	size_t capacity;
};

/* NULL: nothing is mapped there. */
const struct unwind_mapping *unwind_space_find(const struct unwind_space *space, uint64_t address);

#endif
