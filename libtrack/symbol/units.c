/* SPDX-License-Identifier: Apache-2.0 */
#include "units.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 16
#define DEPTH_MAX 128
#define RNGLISTS_HEAD_BYTES 12u

struct walk {
	struct unit *unit;
	Dwarf_Off last; /* the DIE seen last */
	bool scopes;	/* keep the parents */
	int error;
};

static uint64_t word_at(const uint8_t *bytes, size_t size)
{
	uint64_t word = 0;

	memcpy(&word, bytes, size);
	return word;
}

/*
 * Where the ranges of a DIE in split DWARF begin; 0: nowhere. Of DWARF 5 the attribute holds
 * an index into the offsets that follow the section's head (section 7.28).
 */
static ptrdiff_t first_range(const struct unit *unit, Dwarf_Attribute *attribute)
{
	Dwarf_Word value;
	struct dwo_bytes lists = dwo_range_lists(unit->dwo);

	if (dwarf_formudata(attribute, &value) != 0 || value > PTRDIFF_MAX - DWO_RANGES_PAD)
		return 0;
	if (dwarf_whatform(attribute) != DW_FORM_rnglistx)
		return (ptrdiff_t)(lists.size > 0 ? value : value + DWO_RANGES_PAD);
	if (lists.size < RNGLISTS_HEAD_BYTES ||
	    value >= (lists.size - RNGLISTS_HEAD_BYTES) / sizeof(uint32_t))
		return 0;
	return (ptrdiff_t)(RNGLISTS_HEAD_BYTES +
			   word_at(lists.bytes + RNGLISTS_HEAD_BYTES + value * sizeof(uint32_t),
				   sizeof(uint32_t)));
}

/* libdw does not know the skeleton whose start a unit of its own file is relative to. */
ptrdiff_t unit_ranges(const struct unit *unit, Dwarf_Die *die, ptrdiff_t offset, Dwarf_Addr *base,
		      Dwarf_Addr *ret_start, Dwarf_Addr *ret_end)
{
	Dwarf_Attribute attribute;

	if (unit->dwo != NULL && offset == 0 && dwarf_attr(die, DW_AT_ranges, &attribute) != NULL) {
		offset = first_range(unit, &attribute);
		*base = unit->base;
		if (offset <= 1)
			return 0;
	}
	return dwarf_ranges(die, offset, base, ret_start, ret_end);
}

bool unit_die_covers(const struct unit *unit, Dwarf_Die *die, uint64_t address)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;

	while ((offset = unit_ranges(unit, die, offset, &base, &start, &end)) > 0)
		if (address >= start && address < end)
			return true;
	return false;
}

/* Code that the linker threw away keeps a DIE, moved to address 0. */
static int add_ranges(struct ranges *ranges, const struct unit *unit, Dwarf_Die *die,
		      uint64_t value)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;

	while ((offset = unit_ranges(unit, die, offset, &base, &start, &end)) > 0) {
		int error = start == 0 ? 0 : ranges_add(ranges, start, end, value);
		if (error < 0)
			return error;
	}
	return 0;
}

static bool is_cplusplus(Dwarf_Die *unit)
{
	Dwarf_Attribute attribute;
	Dwarf_Word language;

	/* dwarf_srclang would look for a skeleton's unit, and open whatever that names. */
	if (dwarf_attr(unit, DW_AT_language, &attribute) == NULL ||
	    dwarf_formudata(&attribute, &language) != 0)
		return false;
	switch (language) {
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
		walk->error = add_ranges(&unit->functions, unit, die, offset);
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
static void index_functions(struct unit *unit, struct dwo_search *search)
{
	uint8_t type;
	Dwarf_Addr base;

	unit->indexed = true;
	if (dwarf_cu_info(unit->die.cu, NULL, &type, NULL, NULL, NULL, NULL, NULL) == 0 &&
	    type == DW_UT_skeleton &&
	    dwo_search_unit(search, &unit->die, &unit->dwo, &unit->body) == 0 &&
	    dwarf_lowpc(&unit->die, &base) == 0)
		unit->base = base;
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
	struct unit *unit = &units->items[units->count];
	*unit = (struct unit){.die = *die, .body = *die};
	return add_ranges(&units->ranges, unit, die, units->count++);
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
		dwo_destroy(units->items[i].dwo);
	}
	free(units->items);
	dwo_search_finish(&units->split);
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
		index_functions(unit, &units->split);
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
