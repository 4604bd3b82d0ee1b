/* SPDX-License-Identifier: Apache-2.0 */
#include "symtab.h"

#include <stdbool.h>

/* A range's value: the rank above, the index below. Of two names for one range the higher wins. */
#define RANK_SHIFT 32
#define RANK_SIZED 16u
#define RANK_FUNCTION 4u
#define RANK_GLOBAL 2u
#define RANK_WEAK 1u

static uint64_t symbol_rank(const GElf_Sym *symbol, bool is_function)
{
	uint64_t rank = (symbol->st_size > 0 ? RANK_SIZED : 0) | (is_function ? RANK_FUNCTION : 0);

	if (GELF_ST_BIND(symbol->st_info) == STB_GLOBAL)
		return rank | RANK_GLOBAL;
	return GELF_ST_BIND(symbol->st_info) == STB_WEAK ? rank | RANK_WEAK : rank;
}

/* The end of the code section that a symbol lies in, 0 if it lies in none. */
static uint64_t section_end(Elf *elf, GElf_Word index, GElf_Addr bias)
{
	GElf_Shdr header;
	Elf_Scn *section = elf == NULL ? NULL : elf_getscn(elf, index);

	if (section == NULL || gelf_getshdr(section, &header) == NULL)
		return 0;
	if (!(header.sh_flags & SHF_EXECINSTR) || header.sh_addr > UINT64_MAX - header.sh_size)
		return 0;
	return header.sh_addr + header.sh_size + bias;
}

/* A symbol without a size ends with its section here, and at the next symbol in bound_unsized. */
static int add_symbol(struct symtab *symtab, int index)
{
	GElf_Sym symbol;
	GElf_Addr start, bias;
	GElf_Word section;
	Elf *elf = NULL;
	const char *name = dwfl_module_getsym_info(symtab->module, index, &symbol, &start, &section,
						   &elf, &bias);

	if (name == NULL || name[0] == '\0' || section == SHN_UNDEF || section == SHN_ABS)
		return 0;
	int type = GELF_ST_TYPE(symbol.st_info);
	bool is_function = type == STT_FUNC || type == STT_GNU_IFUNC;
	if (!is_function && type != STT_NOTYPE)
		return 0;
	uint64_t end = start + symbol.st_size;
	if (symbol.st_size == 0 || !is_function) {
		uint64_t limit = section_end(elf, section, bias);
		if (symbol.st_size == 0 || limit == 0)
			end = limit;
	}
	uint64_t value = symbol_rank(&symbol, is_function) << RANK_SHIFT | (uint32_t)index;
	return ranges_add(&symtab->ranges, start, end, value);
}

static void bound_unsized(struct ranges *ranges)
{
	uint64_t next = UINT64_MAX, current = UINT64_MAX;

	for (size_t i = ranges->count; i > 0; i--) {
		struct range *range = &ranges->items[i - 1];
		if (range->start != current) {
			next = current;
			current = range->start;
		}
		if (!(range->value >> RANK_SHIFT & RANK_SIZED) && range->end > next)
			range->end = next;
	}
}

int symtab_load(struct symtab *symtab, Dwfl_Module *module)
{
	int count = dwfl_module_getsymtab(module);

	symtab->module = module;
	for (int i = 1; i < count; i++) {
		int error = add_symbol(symtab, i);
		if (error < 0)
			return error;
	}
	ranges_sort(&symtab->ranges);
	bound_unsized(&symtab->ranges);
	ranges_sort(&symtab->ranges); /* shorter ends change the order of equal starts */
	return 0;
}

void symtab_finish(struct symtab *symtab)
{
	ranges_finish(&symtab->ranges);
}

const char *symtab_find(const struct symtab *symtab, uint64_t address)
{
	const struct range *range = ranges_find(&symtab->ranges, address);
	GElf_Sym symbol;
	GElf_Addr start;

	if (range == NULL)
		return NULL;
	return dwfl_module_getsym_info(symtab->module, (int)(uint32_t)range->value, &symbol, &start,
				       NULL, NULL, NULL);
}
