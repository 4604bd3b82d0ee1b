/* SPDX-License-Identifier: Apache-2.0 */
/* The functions in a module's ELF symbol table (.symtab, else .dynsym), by address. */
#ifndef SYMBOL_SYMTAB_H
#define SYMBOL_SYMTAB_H

#include "ranges.h"

#include <elfutils/libdwfl.h>

/* Zeroed: empty. */
struct symtab {
	Dwfl_Module *module; /* not owned */
	struct ranges ranges;
};

/* -ENOMEM. A module without symbols gives an empty table. */
int symtab_load(struct symtab *symtab, Dwfl_Module *module);
void symtab_finish(struct symtab *symtab);
/* The raw name of the function that covers an address, or NULL; it lives as long as the module. */
const char *symtab_find(const struct symtab *symtab, uint64_t address);

#endif
