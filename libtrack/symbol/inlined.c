/* SPDX-License-Identifier: Apache-2.0 */
#include "inlined.h"

#include "scope.h"

#include <dwarf.h>
#include <limits.h>

#define DEPTH_MAX 64
#define BLOCKS_MAX 512 /* lexical blocks on the way down */

/* Outermost first: the function itself. */
struct chain {
	Dwarf_Die dies[DEPTH_MAX];
	size_t count;
};

static bool is_block(int tag)
{
	return tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

/* Replace *die by its child block that covers the address. */
static bool descend(const struct unit *unit, Dwarf_Die *die, uint64_t address)
{
	Dwarf_Off last = dwarf_dieoffset(die);
	Dwarf_Die child;

	if (dwarf_child(die, &child) != 0)
		return false;
	do {
		/* In broken DWARF siblings can form a circle. */
		if (dwarf_dieoffset(&child) <= last)
			return false;
		last = dwarf_dieoffset(&child);
		if (is_block(dwarf_tag(&child)) && unit_die_covers(unit, &child, address)) {
			*die = child;
			return true;
		}
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

static void find_chain(const struct unit *unit, uint64_t address, struct chain *ret_chain)
{
	Dwarf_Die die;

	ret_chain->count = 0;
	if (unit_function(unit, address, &die) < 0)
		return;
	ret_chain->dies[ret_chain->count++] = die;
	for (int i = 0; i < BLOCKS_MAX && descend(unit, &die, address); i++) {
		if (dwarf_tag(&die) != DW_TAG_inlined_subroutine)
			continue;
		if (ret_chain->count == DEPTH_MAX)
			break;
		ret_chain->dies[ret_chain->count++] = die;
	}
}

/* DW_AT_comp_dir, or NULL. */
static const char *compile_folder(struct unit *unit)
{
	Dwarf_Attribute attribute;

	if (dwarf_attr(&unit->die, DW_AT_comp_dir, &attribute) == NULL)
		return NULL;
	return dwarf_formstring(&attribute);
}

static void place_by_line(struct unit *unit, uint64_t address, struct names *names,
			  struct symbol_frame *frame)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->die, address);
	int number = 0;

	if (line == NULL)
		return;
	frame->file = names_file(names, compile_folder(unit), dwarf_linesrc(line, NULL, NULL));
	if (dwarf_lineno(line, &number) == 0 && number > 0)
		frame->line = number;
}

static Dwarf_Word call_attribute(Dwarf_Die *inlined, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	if (dwarf_attr(inlined, name, &attribute) == NULL ||
	    dwarf_formudata(&attribute, &value) != 0)
		return 0;
	return value;
}

/* Where the caller of an inlined function stands. */
static void place_by_call(struct unit *unit, Dwarf_Die *inlined, struct names *names,
			  struct symbol_frame *frame)
{
	Dwarf_Word file = call_attribute(inlined, DW_AT_call_file);
	Dwarf_Word line = call_attribute(inlined, DW_AT_call_line);
	Dwarf_Files *files;
	size_t count;
	Dwarf_Half version;

	if (line > 0 && line <= INT_MAX)
		frame->line = (int)line;
	if (!dwarf_hasattr(inlined, DW_AT_call_file) ||
	    dwarf_cu_info(unit->body.cu, &version, NULL, NULL, NULL, NULL, NULL, NULL) != 0)
		return;
	if (file == 0 && version < 5) /* "no file" there */
		return;
	/* A split unit has a table of its own, or means the skeleton's. */
	if (dwarf_getsrcfiles(&unit->body, &files, &count) != 0 &&
	    dwarf_getsrcfiles(&unit->die, &files, &count) != 0)
		return;
	if (file < count)
		frame->file = names_file(names, compile_folder(unit),
					 dwarf_filesrc(files, file, NULL, NULL));
}

size_t inlined_frames(struct unit *unit, uint64_t address, struct names *names,
		      struct symbol_frame *ret_frames, size_t max, bool *ret_whole)
{
	struct symbol_frame innermost = {0};
	struct chain chain;
	size_t count = 0;

	place_by_line(unit, address, names, &innermost);
	find_chain(unit, address, &chain);
	*ret_whole = chain.count <= max;
	if (chain.count == 0 && innermost.file != NULL && max > 0)
		ret_frames[count++] = innermost;
	for (size_t i = chain.count; i > 0 && count < max; i--) {
		struct symbol_frame frame = {0};
		if (i == chain.count)
			frame = innermost;
		else
			place_by_call(unit, &chain.dies[i], names, &frame);
		frame.function = scope_function_name(unit, &chain.dies[i - 1], names);
		ret_frames[count++] = frame;
	}
	return count;
}
