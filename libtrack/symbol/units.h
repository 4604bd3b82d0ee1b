/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compilation units of a module's DWARF and the functions in them, by address.
 * An index of our own: not every compiler writes .debug_aranges, and libdw looks for
 * a function by a walk through its whole unit.
 */
#ifndef SYMBOL_UNITS_H
#define SYMBOL_UNITS_H

#include "dwo_search.h"
#include "ranges.h"

#include <base/u64map.h>
#include <elfutils/libdw.h>
#include <stdbool.h>

struct unit {
	Dwarf_Die die;		 /* has the line table */
	Dwarf_Die body;		 /* has the functions; another DIE only in split DWARF */
	struct ranges functions; /* value: offset of the function's DIE */
	struct u64map parents;	 /* C++: offset of a DIE -> offset of the scope it is declared in */
	struct dwo *dwo;	 /* NULL: no split DWARF */
	uint64_t base;		 /* split DWARF: what its ranges are relative to */
	bool indexed;
};

/* Zeroed: empty. */
struct units {
	struct dwo_search split; /* for the caller to fill before the first find */
	struct unit *items;
	size_t count;
	size_t capacity;
	struct ranges ranges; /* value: index of the unit */
};

/* Reads the heads of all units; their functions only when asked for. -ENOMEM. */
int units_load(struct units *units, Dwarf *dwarf);
void units_finish(struct units *units);
/* The unit that covers an address, with its functions read, or NULL. */
struct unit *units_find(struct units *units, uint64_t address);
/* As dwarf_ranges, of a DIE in the unit's body. */
ptrdiff_t unit_ranges(const struct unit *unit, Dwarf_Die *die, ptrdiff_t offset, Dwarf_Addr *base,
		      Dwarf_Addr *ret_start, Dwarf_Addr *ret_end);
bool unit_die_covers(const struct unit *unit, Dwarf_Die *die, uint64_t address);
/* -ENOENT: no function of the unit covers the address. */
int unit_function(const struct unit *unit, uint64_t address, Dwarf_Die *ret_function);
/* The DIE at an offset in the unit. -ENOENT. */
int unit_die(const struct unit *unit, uint64_t offset, Dwarf_Die *ret_die);

#endif
