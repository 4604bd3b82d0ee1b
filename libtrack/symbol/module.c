/* SPDX-License-Identifier: Apache-2.0 */
#include "module.h"

#include "debuginfo.h"
#include "demangle.h"
#include "function_table.h"
#include "image.h"
#include "inlined.h"
#include "symtab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/elf_place.h>
#include <unistd.h>

struct symbol_module {
	char *path;
	char *file;
	const struct search *search;
	uint8_t *build_id;
	size_t build_id_bytes;
	bool loaded; /* tried once; without success nothing covers any address */
	Dwfl *dwfl;
	struct ranges code; /* the executable segments */
	Dwarf_Addr dwarf_bias;
	struct units units;
	struct symtab symtab;
	GElf_Addr bias;
	bool go_loaded; /* when a name was missed; without success, as above */
	struct function_table go;
	struct names names;
};

int symbol_module_create(const char *path, const uint8_t *build_id, size_t build_id_bytes,
			 const char *file, const struct search *search, struct strings *strings,
			 struct symbol_module **ret_module)
{
	struct symbol_module *module = calloc(1, sizeof(*module));

	if (module == NULL)
		return -ENOMEM;
	module->names.strings = strings;
	module->search = search;
	module->path = strdup(path);
	module->file = strdup(file);
	module->build_id = malloc(build_id_bytes + 1);
	if (module->path == NULL || module->file == NULL || module->build_id == NULL) {
		symbol_module_destroy(module);
		return -ENOMEM;
	}
	if (build_id_bytes > 0)
		memcpy(module->build_id, build_id, build_id_bytes);
	module->build_id_bytes = build_id_bytes;
	*ret_module = module;
	return 0;
}

void symbol_module_destroy(struct symbol_module *module)
{
	if (module == NULL)
		return;
	names_finish(&module->names);
	symtab_finish(&module->symtab);
	function_table_finish(&module->go);
	units_finish(&module->units);
	ranges_finish(&module->code);
	dwfl_end(module->dwfl);
	free(module->build_id);
	free(module->file);
	free(module->path);
	free(module);
}

bool symbol_module_is(const struct symbol_module *module, const char *path, const uint8_t *build_id,
		      size_t build_id_bytes)
{
	return module->build_id_bytes == build_id_bytes && strcmp(module->path, path) == 0 &&
	       (build_id_bytes == 0 || memcmp(module->build_id, build_id, build_id_bytes) == 0);
}

static int load_code(struct ranges *code, Elf *elf, GElf_Addr bias)
{
	size_t count;

	if (elf_getphdrnum(elf, &count) < 0)
		return -ENOEXEC;
	for (size_t i = 0; i < count && i < INT32_MAX; i++) {
		GElf_Phdr header;
		if (gelf_getphdr(elf, (int)i, &header) == NULL)
			break;
		if (header.p_type != PT_LOAD || !(header.p_flags & PF_X))
			continue;
		uint64_t start = header.p_vaddr + bias;
		int error = ranges_add(code, start, start + header.p_memsz, 0);
		if (error < 0)
			return error;
	}
	ranges_sort(code);
	return 0;
}

static int load(struct symbol_module *module)
{
	Dwfl_Module *reported = NULL;
	int fd = -1;

	/* Looked at again: the file may have changed since it was opened. */
	int result = image_open(module->file, module->build_id, module->build_id_bytes, &fd);
	if (result < 0)
		return result;
	module->dwfl = dwfl_begin(&debuginfo_callbacks);
	result = module->dwfl == NULL ? -ENOMEM
				      : debuginfo_report(module->dwfl, module->file, module->search,
							 fd, &reported);
	if (result < 0) {
		close(fd); /* libdwfl has taken it only on success */
		return result;
	}
	Elf *elf = dwfl_module_getelf(reported, &module->bias);
	module->go.elf = elf;
	result = elf == NULL ? -ENOEXEC : load_code(&module->code, elf, module->bias);
	if (result < 0)
		return result;
	Dwarf *dwarf = dwfl_module_getdwarf(reported, &module->dwarf_bias);
	module->units.split = (struct dwo_search){.search = module->search, .file = module->file};
	dwfl_module_info(reported, NULL, NULL, NULL, NULL, NULL, NULL,
			 &module->units.split.debug_file);
	if (dwarf != NULL)
		result = units_load(&module->units, dwarf);
	return result < 0 ? result : symtab_load(&module->symtab, reported);
}

/* A Go program without symbols still has the table for its own stack traces. */
static const char *go_name(struct symbol_module *module, uint64_t address)
{
	const struct symbol_function *function;
	uint64_t offset, left;

	if (!module->go_loaded && module->go.elf != NULL) {
		(void)go_functions_add(&module->go);
		function_table_sort(&module->go);
	}
	module->go_loaded = true;
	if (module->go.count == 0 ||
	    !elf_place_code(module->go.elf, address - module->bias, &offset, &left))
		return NULL;
	function = function_table_find(&module->go, offset);
	return function != NULL ? function->name : NULL;
}

/* By the symbol table alone, or for a last frame that DWARF has no name for. */
static size_t name_by_symbol(struct symbol_module *module, const char *symbol, size_t count,
			     struct symbol_frame *frames)
{
	const char *name = names_function(&module->names, symbol);

	if (name == NULL)
		return count;
	if (count == 0)
		frames[count++] = (struct symbol_frame){0};
	frames[count - 1].function = name;
	return count;
}

size_t symbol_module_frames(struct symbol_module *module, uint64_t address,
			    struct symbol_frame *ret_frames, size_t max)
{
	size_t count = 0;
	bool whole = true;

	if (!module->loaded) {
		module->loaded = true;
		/* What could be read before an error is of use: there is no caller to tell. */
		(void)load(module);
	}
	if (max == 0 || ranges_find(&module->code, address) == NULL)
		return 0;
	uint64_t dwarf_address = address - module->dwarf_bias;
	struct unit *unit = units_find(&module->units, dwarf_address);
	if (unit != NULL)
		count = inlined_frames(unit, dwarf_address, &module->names, ret_frames, max,
				       &whole);
	const char *symbol = symtab_find(&module->symtab, address);
	if (symbol == NULL && count == 0)
		symbol = go_name(module, address);
	if (count == 0 || (whole && ret_frames[count - 1].function == NULL))
		count = name_by_symbol(module, symbol, count, ret_frames);
	if (count > 0 && whole && symbol != NULL)
		ret_frames[count - 1].clone = demangle_clone(symbol);
	return count;
}
