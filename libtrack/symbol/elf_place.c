/* SPDX-License-Identifier: Apache-2.0 */
#include <symbol/elf_place.h>

#include <string.h>

#define HEADERS_MAX 4096u

Elf_Scn *elf_place_section(Elf *elf, const char *name, GElf_Shdr *ret_header)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return NULL;
	while ((section = elf_nextscn(elf, section)) != NULL) {
		if (gelf_getshdr(section, &header) == NULL)
			continue;
		const char *found = elf_strptr(elf, names, header.sh_name);
		if (found == NULL || strcmp(found, name) != 0)
			continue;
		*ret_header = header;
		return section;
	}
	return NULL;
}

bool elf_place_code(Elf *elf, uint64_t address, uint64_t *ret_offset, uint64_t *ret_left)
{
	size_t count;

	if (elf_getphdrnum(elf, &count) < 0)
		return false;
	for (size_t i = 0; i < count && i < HEADERS_MAX; i++) {
		GElf_Phdr header;
		if (gelf_getphdr(elf, (int)i, &header) == NULL)
			return false;
		uint64_t into = address - header.p_vaddr;
		if (header.p_type != PT_LOAD || !(header.p_flags & PF_X) ||
		    address < header.p_vaddr || into >= header.p_filesz ||
		    header.p_filesz > INT64_MAX || header.p_offset > INT64_MAX - header.p_filesz)
			continue;
		*ret_offset = header.p_offset + into;
		*ret_left = header.p_filesz - into;
		return true;
	}
	return false;
}
