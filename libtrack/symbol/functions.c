/* SPDX-License-Identifier: Apache-2.0 */
#include <symbol/functions.h>

#include "debuginfo.h"
#include "demangle.h"
#include "function_table.h"
#include "image.h"
#include "name_pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYMBOLS_MAX (1 << 24)

struct symbol_functions {
	struct search search;
	char *file;
	Dwfl *dwfl; /* has the names */
	struct function_table table;
	bool whole; /* it has more than what it exports */
};

static int add_symbols(struct function_table *table, Dwfl_Module *module)
{
	int count = dwfl_module_getsymtab(module);

	for (int i = 1; i < count && i < SYMBOLS_MAX; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		GElf_Word section;
		const char *name =
			dwfl_module_getsym_info(module, i, &symbol, &address, &section, NULL, NULL);
		/* The symbol of an IFUNC is that of what chooses the function. */
		if (name == NULL || section == SHN_UNDEF || section == SHN_ABS ||
		    GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
			continue;
		int error = function_table_add(table, name, address, symbol.st_size);
		if (error < 0)
			return error;
	}
	return 0;
}

/* With nothing but what it exports, a Go program is one without symbols. */
static bool has_symtab(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)) != NULL)
		if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_SYMTAB)
			return true;
	return false;
}

static int load(struct symbol_functions *functions)
{
	Dwfl_Module *module;
	GElf_Addr bias;
	int fd = -1;
	int result = image_open(functions->file, NULL, 0, &fd);

	if (result < 0)
		return result;
	functions->dwfl = dwfl_begin(&debuginfo_callbacks);
	result = functions->dwfl == NULL ? -ENOMEM
					 : debuginfo_report(functions->dwfl, functions->file,
							    &functions->search, fd, &module);
	if (result < 0) {
		close(fd);
		return result;
	}
	functions->table.elf = dwfl_module_getelf(module, &bias);
	if (functions->table.elf == NULL)
		return -ENOEXEC;
	result = add_symbols(&functions->table, module);
	/* A table of what is exported has nothing local but its first, empty place. */
	functions->whole = dwfl_module_getsymtab_first_global(module) > 1;
	size_t count = functions->table.count;
	if (result == 0 && !has_symtab(functions->table.elf))
		result = go_functions_add(&functions->table);
	functions->whole |= functions->table.count > count;
	function_table_sort(&functions->table);
	return result < 0 ? result : go_functions_mark(&functions->table);
}

int symbol_functions_open(const char *path, const struct symbol_search *search,
			  struct symbol_functions **ret_functions)
{
	struct symbol_functions *functions = calloc(1, sizeof(*functions));

	if (functions == NULL)
		return -ENOMEM;
	int result = elf_version(EV_CURRENT) == EV_NONE ? -ENOEXEC : 0;
	if (result == 0)
		result = search_init(&functions->search, search);
	functions->file = strdup(path);
	if (result == 0)
		result = functions->file == NULL ? -ENOMEM : load(functions);
	if (result < 0)
		symbol_functions_close(functions);
	else
		*ret_functions = functions;
	return result;
}

void symbol_functions_close(struct symbol_functions *functions)
{
	if (functions == NULL)
		return;
	function_table_finish(&functions->table);
	dwfl_end(functions->dwfl);
	search_finish(&functions->search);
	free(functions->file);
	free(functions);
}

bool symbol_functions_whole(const struct symbol_functions *functions)
{
	return functions->whole;
}

size_t symbol_functions_count(const struct symbol_functions *functions)
{
	return functions->table.count;
}

const struct symbol_function *symbol_functions_at(const struct symbol_functions *functions,
						  size_t index)
{
	return &functions->table.items[index];
}

const struct symbol_function *symbol_functions_find(const struct symbol_functions *functions,
						    uint64_t offset)
{
	return function_table_find(&functions->table, offset);
}

char *symbol_function_readable(const struct symbol_function *function)
{
	const char *name = function->name;
	bool mangled = name[0] == '_' && (name[1] == 'Z' || name[1] == 'R');
	char *readable = mangled ? demangle_whole(name) : NULL;

	return readable != NULL ? readable : strdup(name);
}

struct found {
	const struct symbol_function **items;
	size_t count;
	size_t capacity;
};

/* They come by place. */
static int keep(struct found *found, const struct symbol_function *function)
{
	if (found->count > 0 && found->items[found->count - 1]->offset == function->offset)
		return 0;
	if (found->count == found->capacity) {
		size_t capacity = found->capacity ? found->capacity * 2 : 8;
		const struct symbol_function **items =
			reallocarray(found->items, capacity, sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		found->items = items;
		found->capacity = capacity;
	}
	found->items[found->count++] = function;
	return 0;
}

/* What is asked for: a name, or a pattern and what a name must have for it. */
struct query {
	const char *text;
	const char *literal;
	size_t literal_bytes;
	bool (*fits)(const struct query *query, const struct symbol_function *function);
};

static int collect(const struct symbol_functions *functions, const struct query *query,
		   const struct symbol_function ***ret_found, size_t *ret_count)
{
	const struct function_table *table = &functions->table;
	struct found found = {0};

	for (size_t i = 0; i < table->count; i++) {
		const struct symbol_function *function = &table->items[i];
		if (function->partial || !query->fits(query, function))
			continue;
		int error = keep(&found, function);
		if (error < 0) {
			free(found.items);
			return error;
		}
	}
	*ret_found = found.items;
	*ret_count = found.count;
	return 0;
}

static bool is_named(const struct query *query, const struct symbol_function *function)
{
	return strcmp(function->name, query->text) == 0;
}

static bool is_like(const struct query *query, const struct symbol_function *function)
{
	const char *name = function->name;

	if (memmem(name, strlen(name), query->literal, query->literal_bytes) == NULL)
		return false;
	char *readable = symbol_function_readable(function);
	bool like = readable != NULL && name_matches(readable, query->text);
	free(readable);
	return like;
}

int symbol_functions_named(const struct symbol_functions *functions, const char *name,
			   const struct symbol_function ***ret_found, size_t *ret_count)
{
	const struct query query = {.text = name, .fits = is_named};

	return collect(functions, &query, ret_found, ret_count);
}

int symbol_functions_like(const struct symbol_functions *functions, const char *pattern,
			  const struct symbol_function ***ret_found, size_t *ret_count)
{
	struct query query = {.text = pattern, .literal = "", .fits = is_like};

	query.literal_bytes = name_pattern_literal(pattern, &query.literal);
	return collect(functions, &query, ret_found, ret_count);
}
