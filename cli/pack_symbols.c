/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_symbols.h"

#include <base/suggest.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What libraries export: a tree for who is asked, a list for who is near. */
struct exports {
	void *tree;
	char **names;
	size_t count, capacity;
};

static int compare(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void keep_none(void *name)
{
	(void)name;
}

static void exports_finish(struct exports *exports)
{
	tdestroy(exports->tree, keep_none);
	for (size_t i = 0; i < exports->count; i++)
		free(exports->names[i]);
	free(exports->names);
}

static int grow(struct exports *exports)
{
	size_t capacity = exports->capacity ? 2 * exports->capacity : 256;
	char **names = reallocarray(exports->names, capacity, sizeof(*names));

	if (!names)
		return -ENOMEM;
	exports->names = names;
	exports->capacity = capacity;
	return 0;
}

static int add_name(struct exports *exports, const char *name)
{
	int r = exports->count == exports->capacity ? grow(exports) : 0;
	char *copy = r == 0 ? strdup(name) : NULL;

	if (!copy || !tsearch(copy, &exports->tree, compare)) {
		free(copy);
		return -ENOMEM;
	}
	exports->names[exports->count++] = copy;
	return 0;
}

static int add_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct exports *exports)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;
	int r = 0;

	for (int i = 0; r == 0 && data && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

		if (name && *name && symbol.st_shndx != SHN_UNDEF &&
		    GELF_ST_TYPE(symbol.st_info) != STT_OBJECT)
			r = add_name(exports, name);
	}
	return r;
}

static int add_elf(Elf *elf, struct exports *exports)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	int r = elf && elf_kind(elf) == ELF_K_ELF ? 0 : -ENOEXEC;

	while (r == 0 && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNSYM)
			r = add_symbols(elf, section, &header, exports);
	return r;
}

static int add_library(struct exports *exports, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r = 0;
	struct stat st;
	Elf *elf;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -ENOEXEC;
	}
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	r = add_elf(elf, exports);
	elf_end(elf);
	close(fd);
	return r;
}

/* Of the libraries, where there is one. */
static void complain(const struct schema_text *symbol, const char *library,
		     const struct exports *exports, struct schema_errors *errors)
{
	struct suggestion near = suggestion_start(symbol->text);

	for (size_t i = 0; i < exports->count; i++)
		suggestion_offer(&near, exports->names[i]);
	schema_errors_add(errors, symbol->line, "%s has %s function '%s'%s%s%s",
			  library ? library : "of its libraries none", library ? "no" : "a",
			  symbol->text, near.name ? "; did you mean '" : "",
			  near.name ? near.name : "", near.name ? "'?" : "");
}

static bool is_missing(const struct pack_function *function, const struct exports *exports)
{
	return function->symbol.text && !tfind(function->symbol.text, &exports->tree, compare);
}

static void compare_functions(const struct pack *pack, const char *library,
			      const struct exports *exports, struct schema_errors *errors)
{
	for (size_t i = 0; i < pack->function_count; i++) {
		const struct schema_text *symbol = &pack->functions[i].symbol;

		if (is_missing(&pack->functions[i], exports))
			complain(symbol, library, exports, errors);
	}
}

int pack_symbols_check(const struct pack *pack, const struct dependencies *libraries,
		       struct schema_errors *errors)
{
	const char *library = libraries->count == 1 ? libraries->items[0].soname : NULL;
	struct exports exports = {.count = 0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < libraries->count; i++) {
		r = add_library(&exports, libraries->items[i].path);
		if (r < 0)
			schema_errors_add(errors, 0, "cannot read the library '%s': %s",
					  libraries->items[i].path,
					  r == -ENOEXEC ? "it is none" : strerror(-r));
	}
	if (r == 0)
		compare_functions(pack, library, &exports, errors);
	exports_finish(&exports);
	return r;
}

/* What those of a program's libraries export that a pack's library is. false: none is, or one
 * cannot be read. */
static bool read_library(const struct pack_library *library, const struct dependencies *needed,
			 struct exports *exports)
{
	bool found = false;

	for (size_t i = 0; i < needed->count; i++) {
		if (fnmatch(library->soname.text, needed->items[i].soname, 0) != 0)
			continue;
		if (add_library(exports, needed->items[i].path) < 0)
			return false;
		found = true;
	}
	return found;
}

static bool misses_any(const struct pack *pack, const struct exports *exports)
{
	for (size_t i = 0; i < pack->function_count; i++)
		if (is_missing(&pack->functions[i], exports))
			return true;
	return false;
}

/*
 * What the pack's libraries among those that are needed export; and, if that is not all, what the
 * others do, since a pack may wrap what its library is made with. false: one is not there, or
 * cannot be read.
 */
static bool read_needed(const struct pack *pack, const struct dependencies *needed,
			struct exports *exports)
{
	bool complete = true;

	for (size_t i = 0; complete && i < pack->library_count; i++)
		complete = read_library(&pack->libraries[i], needed, exports);
	for (size_t i = 0; complete && misses_any(pack, exports) && i < needed->count; i++)
		complete = !needed->items[i].path[0] ||
			   add_library(exports, needed->items[i].path) == 0;
	return complete;
}

void pack_symbols_check_program(const struct pack *pack, const struct dependencies *needed,
				struct schema_errors *errors)
{
	struct exports exports = {.count = 0};
	const char *library = NULL;

	for (size_t i = 0; pack->library_count == 1 && i < needed->count; i++)
		if (fnmatch(pack->libraries[0].soname.text, needed->items[i].soname, 0) == 0)
			library = needed->items[i].soname;
	if (read_needed(pack, needed, &exports))
		compare_functions(pack, library, &exports, errors);
	exports_finish(&exports);
}

size_t pack_symbols_missing(const struct pack *pack, const struct dependencies *needed,
			    const char **names)
{
	struct exports exports = {.count = 0};
	size_t count = 0;

	if (read_needed(pack, needed, &exports))
		for (size_t i = 0; i < pack->function_count; i++)
			if (is_missing(&pack->functions[i], &exports))
				names[count++] = pack->functions[i].symbol.text;
	exports_finish(&exports);
	return count;
}
