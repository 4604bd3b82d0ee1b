/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of a file while they are gathered, and then by place. */
#ifndef SYMBOL_FUNCTION_TABLE_H
#define SYMBOL_FUNCTION_TABLE_H

#include "strings.h"

#include <symbol/functions.h>

#include <libelf.h>

/* Zeroed: empty. */
struct function_table {
	Elf *elf; /* of the file; not owned */
	struct symbol_function *items;
	size_t count;
	size_t capacity;
	struct strings names;
};

/* name is kept by its pointer, unless it has a version. What lies in no code is left out. -ENOMEM.
 */
int function_table_add(struct function_table *table, const char *name, uint64_t address,
		       uint64_t size);
/* All are added. */
void function_table_sort(struct function_table *table);
/* That an offset lies in, of a sorted table; NULL: none. */
const struct symbol_function *function_table_find(const struct function_table *table,
						  uint64_t offset);
void function_table_finish(struct function_table *table);

/* Adds what .gopclntab tells (Go 1.16 and later); nothing where there is none. -ENOMEM. */
int go_functions_add(struct function_table *table);
/* Says of those in a sorted table whether Go compiled them. -ENOMEM. */
int go_functions_mark(struct function_table *table);

#endif
