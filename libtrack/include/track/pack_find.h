/* SPDX-License-Identifier: Apache-2.0 */
/* Which function a wrapper stands for: found in the modules' own tables. Included by pack.h. */
#ifndef TRACK_PACK_FIND_H
#define TRACK_PACK_FIND_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE"
#endif

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TRACK_PACK_STATIC static __attribute__((noinline, unused))

/* What a module's dynamic section says of the symbols that it refers to, and that it has. */
struct track_pack_symbols {
	const Elf64_Dyn *dynamic;
	uint64_t base;
	const Elf64_Sym *symbols;
	const char *strings;
	const Elf64_Versym *versions;
	const Elf64_Verneed *needed;
	const Elf64_Verdef *defined;
	uint64_t needed_count;
	uint64_t defined_count;
	const uint32_t *hashes; /* DT_GNU_HASH */
	uint64_t count;
};

/* How many symbols there are, by a table of hashes: none is behind the last one's chain. */
TRACK_PACK_STATIC uint64_t track_pack_symbol_count(const uint32_t *table)
{
	const uint32_t buckets = table[0], first = table[1], words = table[2];
	const uint32_t *bucket = table + 4 + 2 * words, *chain = bucket + buckets;
	uint32_t last = 0;

	for (uint32_t i = 0; i < buckets; i++)
		if (bucket[i] > last)
			last = bucket[i];
	if (last < first)
		return first;
	while (!(chain[last - first] & 1))
		last++;
	return (uint64_t)last + 1;
}

TRACK_PACK_STATIC struct track_pack_symbols track_pack_symbols(const Elf64_Dyn *dynamic,
							       uint64_t base)
{
	struct track_pack_symbols found = {.dynamic = dynamic, .base = base};

	for (const Elf64_Dyn *entry = dynamic; entry && entry->d_tag != DT_NULL; entry++) {
		/* The loader made addresses of these, but not everywhere. */
		const void *at = (const void *)(entry->d_un.d_ptr < base ? entry->d_un.d_ptr + base
									 : entry->d_un.d_ptr);

		if (entry->d_tag == DT_SYMTAB)
			found.symbols = at;
		else if (entry->d_tag == DT_STRTAB)
			found.strings = at;
		else if (entry->d_tag == DT_VERSYM)
			found.versions = at;
		else if (entry->d_tag == DT_VERNEED)
			found.needed = at;
		else if (entry->d_tag == DT_VERNEEDNUM)
			found.needed_count = entry->d_un.d_val;
		else if (entry->d_tag == DT_VERDEF)
			found.defined = at;
		else if (entry->d_tag == DT_VERDEFNUM)
			found.defined_count = entry->d_un.d_val;
		else if (entry->d_tag == DT_GNU_HASH)
			found.hashes = at;
		else if (entry->d_tag == DT_HASH && !found.count)
			found.count = ((const uint32_t *)at)[1];
	}
	return found;
}

TRACK_PACK_STATIC const char *track_pack_version_named(const struct track_pack_symbols *all,
						       unsigned number)
{
	const Elf64_Verneed *file = all->needed;

	for (uint64_t i = 0; file && i < all->needed_count; i++) {
		const Elf64_Vernaux *name = (const void *)((const char *)file + file->vn_aux);

		for (unsigned j = 0; j < file->vn_cnt; j++) {
			if (name->vna_other == number)
				return all->strings + name->vna_name;
			name = (const void *)((const char *)name + name->vna_next);
		}
		file = (const void *)((const char *)file + file->vn_next);
	}
	return NULL;
}

/* One that it defines itself. */
TRACK_PACK_STATIC const char *track_pack_version_defined(const struct track_pack_symbols *all,
							 unsigned number)
{
	const Elf64_Verdef *version = all->defined;

	for (uint64_t i = 0; version && i < all->defined_count; i++) {
		const Elf64_Verdaux *name = (const void *)((const char *)version + version->vd_aux);

		if (version->vd_ndx == number)
			return all->strings + name->vda_name;
		version = (const void *)((const char *)version + version->vd_next);
	}
	return NULL;
}

/* Among the symbols that it refers to and does not define; 0: none has the name. One whose address
 * it takes may have a place in it all the same. */
TRACK_PACK_STATIC uint64_t track_pack_reference(const struct track_pack_symbols *all,
						const char *name)
{
	uint64_t count = all->hashes ? track_pack_symbol_count(all->hashes) : all->count;

	if (!all->symbols || !all->strings)
		return 0;
	for (uint64_t i = 1; i < count; i++)
		if (all->symbols[i].st_shndx == SHN_UNDEF &&
		    !strcmp(all->strings + all->symbols[i].st_name, name))
			return i;
	return 0;
}

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

/* Where the code of this object ends; it begins with the object. */
TRACK_PACK_STATIC uint64_t track_pack_end(void)
{
	uint64_t start = (uintptr_t)&__ehdr_start, end = start;
	const Elf64_Phdr *segments = (const void *)(uintptr_t)(start + __ehdr_start.e_phoff);

	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
		if (segments[i].p_type == PT_LOAD && segments[i].p_flags & PF_X)
			end = start + segments[i].p_vaddr + segments[i].p_memsz;
	return end;
}

TRACK_PACK_STATIC bool track_pack_is_own(uint64_t address)
{
	return address >= (uintptr_t)&__ehdr_start && address < track_pack_end();
}

TRACK_PACK_STATIC bool track_pack_is_function(const struct track_pack_symbols *all, uint64_t i,
					      const char *name)
{
	const Elf64_Sym *symbol = &all->symbols[i];

	return symbol->st_shndx != SHN_UNDEF && symbol->st_value &&
	       ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
	       !strcmp(all->strings + symbol->st_name, name);
}

/* How well a symbol of a module fits the version that is wanted (NULL: none): 0, 1 or 2. */
TRACK_PACK_STATIC unsigned track_pack_fit(const struct track_pack_symbols *all, uint64_t i,
					  const char *version)
{
	const char *own;

	if (!all->versions || !all->defined)
		return 2;
	if (!version)
		return all->versions[i] & 0x8000 ? 1 : 2;
	own = track_pack_version_defined(all, all->versions[i] & 0x7fff);
	return own && !strcmp(own, version) ? 2 : 0;
}

/* A symbol that a module has; of several versions the one that fits best. */
TRACK_PACK_STATIC uint64_t track_pack_defined(const struct track_pack_symbols *all,
					      const char *name, const char *version,
					      unsigned *ret_fit)
{
	const uint32_t *table = all->hashes;
	uint64_t found = 0;
	uint32_t hash = 5381, i;

	if (!table || !table[0] || !all->symbols || !all->strings)
		return 0;
	for (const char *at = name; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	const uint32_t *bucket = table + 4 + 2 * table[2], *chain = bucket + table[0];
	for (i = bucket[hash % table[0]]; i >= table[1]; i++) {
		uint32_t other = chain[i - table[1]];

		if ((other | 1) == (hash | 1) && track_pack_is_function(all, i, name)) {
			unsigned fit = track_pack_fit(all, i, version);

			if (!found || fit > *ret_fit) {
				found = i;
				*ret_fit = fit;
			}
		}
		if (other & 1)
			break;
	}
	return found;
}

/* A function is looked for among all modules that there are. */
struct track_pack_search {
	const char *name, *version;
	struct track_pack_symbols caller;
	unsigned index, start; /* of the module; how many there were at the start */
	bool behind;	       /* this object, in the order of the loader's search */
	void *found;
	unsigned worth;
};

static unsigned track_pack_start __attribute__((unused));

/* Does the caller name that module as one that it needs? */
TRACK_PACK_STATIC bool track_pack_is_needed(const struct track_pack_symbols *caller,
					    const struct track_pack_symbols *module,
					    const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (const Elf64_Dyn *entry = module->dynamic; entry && entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_SONAME && module->strings)
			name = module->strings + entry->d_un.d_val;
	for (const Elf64_Dyn *entry = caller->dynamic; entry && entry->d_tag != DT_NULL; entry++) {
		const char *needed = caller->strings + entry->d_un.d_val;

		if (entry->d_tag == DT_NEEDED && caller->strings &&
		    (!strcmp(needed, name) || !strcmp(needed, path)))
			return true;
	}
	return false;
}

/*
 * As the loader would bind the caller's reference, had there been no wrapper: in the version that
 * the caller was linked to, of what was there at the start behind this object, else of what the
 * caller needs, else of any module.
 */
TRACK_PACK_STATIC int track_pack_visit(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct track_pack_search *search = ctx;
	bool is_own = info->dlpi_addr == (uintptr_t)&__ehdr_start;
	bool is_start = search->index++ < search->start;
	const Elf64_Dyn *dynamic = NULL;
	unsigned fit = 0, worth;

	(void)size;
	search->behind |= is_own;
	if (is_own || !search->behind)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	struct track_pack_symbols module = track_pack_symbols(dynamic, info->dlpi_addr);
	uint64_t symbol = track_pack_defined(&module, search->name, search->version, &fit);
	if (!symbol)
		return 0;
	worth = 1 + 4 * fit;
	if (is_start)
		worth += 2;
	else if (track_pack_is_needed(&search->caller, &module, info->dlpi_name))
		worth += 1;
	if (worth > search->worth) {
		search->worth = worth;
		search->found = (void *)(info->dlpi_addr + module.symbols[symbol].st_value);
	}
	return 0;
}

/*
 * No function of the loader's is asked that takes its lock: a thread may have that for as long as
 * it runs the constructors of a module, and wait there for this one.
 */
TRACK_PACK_STATIC void *track_pack_resolve(const char *name, const struct link_map *map)
{
	struct track_pack_search search = {.name = name, .start = track_pack_start};
	uint64_t reference;

	if (map)
		search.caller = track_pack_symbols(map->l_ld, map->l_addr);
	reference = track_pack_reference(&search.caller, name);
	if (reference && search.caller.versions)
		search.version = track_pack_version_named(
			&search.caller, search.caller.versions[reference] & 0x7fff);
	dl_iterate_phdr(track_pack_visit, &search);
	return search.found;
}

#endif
