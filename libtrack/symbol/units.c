/* SPDX-License-Identifier: Apache-2.0 */
#include "units.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

#define CAPACITY_MIN 16
#define DEPTH_MAX 128

struct walk {
	struct unit *unit;
	Dwarf_Off last; /* the DIE seen last */
	bool scopes;	/* keep the parents */
	int error;
};

/* Code that the linker threw away keeps a DIE, moved to address 0. */
static int add_ranges(struct ranges *ranges, Dwarf_Die *die, uint64_t value)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;

	while ((offset = dwarf_ranges(die, offset, &base, &start, &end)) > 0) {
		int error = start == 0 ? 0 : ranges_add(ranges, start, end, value);
		if (error < 0)
			return error;
	}
	return 0;
}

static bool is_cplusplus(Dwarf_Die *unit)
{
	switch (dwarf_srclang(unit)) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
		return true;
	default:
		return false;
	}
}

/* What functions can be inside of. */
static bool is_scope(int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_subprogram:
		return true;
	default:
		return false;
	}
}

static void visit(struct walk *walk, Dwarf_Die *die, Dwarf_Off offset, Dwarf_Off scope)
{
	struct unit *unit = walk->unit;

	if (dwarf_tag(die) == DW_TAG_subprogram)
		walk->error = add_ranges(&unit->functions, die, offset);
	if (walk->error == 0 && walk->scopes && is_scope(dwarf_tag(die)))
		walk->error = u64map_put(&unit->parents, offset, scope);
}

/*
 * All functions below parent. Offsets must grow: in broken DWARF a DIE's sibling may
 * lie before it, or inside it, and the walk would not end.
 */
static void walk_children(struct walk *walk, Dwarf_Die *parent, Dwarf_Off scope, int depth)
{
	Dwarf_Die die;

	if (depth == DEPTH_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		Dwarf_Off offset = dwarf_dieoffset(&die);
		int tag = dwarf_tag(&die);
		if (offset <= walk->last || walk->error < 0)
			return;
		walk->last = offset;
		visit(walk, &die, offset, scope);
		if (is_scope(tag))
			walk_children(walk, &die, offset, depth + 1);
		else if (tag == DW_TAG_lexical_block)
			walk_children(walk, &die, scope, depth + 1);
	} while (dwarf_siblingof(&die, &die) == 0);
}

/* Without memory the unit has the functions found so far. */
static void index_functions(struct unit *unit)
{
	Dwarf_Die cudie, split = {0};

	unit->indexed = true;
	unit->body = unit->die;
	if (dwarf_cu_info(unit->die.cu, NULL, NULL, &cudie, &split, NULL, NULL, NULL) == 0 &&
	    split.addr != NULL)
		unit->body = split;
	struct walk walk = {.unit = unit, .scopes = is_cplusplus(&unit->body)};
	walk_children(&walk, &unit->body, 0, 0);
	ranges_sort(&unit->functions);
}

static int add_unit(struct units *units, Dwarf_Die *die)
{
	if (units->count == units->capacity) {
		size_t capacity = units->capacity ? units->capacity * 2 : CAPACITY_MIN;
		struct unit *items = reallocarray(units->items, capacity, sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		units->items = items;
		units->capacity = capacity;
	}
	units->items[units->count] = (struct unit){.die = *die};
	return add_ranges(&units->ranges, die, units->count++);
}

int units_load(struct units *units, Dwarf *dwarf)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	int error = 0;

	while (error == 0 && dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0)
		if (die.addr != NULL)
			error = add_unit(units, &die);
	ranges_sort(&units->ranges);
	return error;
}

void units_finish(struct units *units)
{
	for (size_t i = 0; i < units->count; i++) {
		ranges_finish(&units->items[i].functions);
		u64map_finish(&units->items[i].parents);
	}
	free(units->items);
	ranges_finish(&units->ranges);
	*units = (struct units){0};
}

struct unit *units_find(struct units *units, uint64_t address)
{
	const struct range *range = ranges_find(&units->ranges, address);

	if (range == NULL)
		return NULL;
	struct unit *unit = &units->items[range->value];
	if (!unit->indexed)
		index_functions(unit);
	return unit;
}

int unit_die(const struct unit *unit, uint64_t offset, Dwarf_Die *ret_die)
{
	Dwarf *dwarf = dwarf_cu_getdwarf(unit->body.cu);

	return dwarf_offdie(dwarf, offset, ret_die) == NULL ? -ENOENT : 0;
}

int unit_function(const struct unit *unit, uint64_t address, Dwarf_Die *ret_function)
{
	const struct range *range = ranges_find(&unit->functions, address);

	return range == NULL ? -ENOENT : unit_die(unit, range->value, ret_function);
}
