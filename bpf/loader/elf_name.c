/* SPDX-License-Identifier: Apache-2.0 */
#include "elf_name.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DYNAMIC_MAX 4096u

static Elf_Data *dynamic_of(Elf *elf, GElf_Phdr *ret_header)
{
	size_t count = 0;

	if (elf_getphdrnum(elf, &count) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (gelf_getphdr(elf, (int)i, ret_header) && ret_header->p_type == PT_DYNAMIC)
			return elf_getdata_rawchunk(elf, (int64_t)ret_header->p_offset,
						    ret_header->p_filesz, ELF_T_DYN);
	return NULL;
}

/* Where in the file an address is. 0: nowhere. */
static uint64_t offset_of(Elf *elf, uint64_t address)
{
	GElf_Phdr header;
	size_t count = 0;

	if (elf_getphdrnum(elf, &count) < 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_LOAD &&
		    address >= header.p_vaddr && address - header.p_vaddr < header.p_filesz)
			return address - header.p_vaddr + header.p_offset;
	return 0;
}

static void read_soname(Elf *elf, struct elf_name *name)
{
	uint64_t strings = 0, soname = 0;
	GElf_Phdr header;
	Elf_Data *data = dynamic_of(elf, &header);
	GElf_Dyn entry;

	for (int i = 0; data && i < (int)DYNAMIC_MAX && gelf_getdyn(data, i, &entry); i++) {
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_STRTAB)
			strings = offset_of(elf, entry.d_un.d_ptr);
		if (entry.d_tag == DT_SONAME)
			soname = entry.d_un.d_val;
	}
	if (!strings || !soname || soname > UINT32_MAX)
		return;
	data = elf_getdata_rawchunk(elf, (int64_t)(strings + soname), NAME_MAX, ELF_T_BYTE);
	if (data)
		memcpy(name->soname, data->d_buf, strnlen(data->d_buf, NAME_MAX));
}

static bool has_interpreter(Elf *elf)
{
	GElf_Phdr header;
	size_t count = 0;

	if (elf_getphdrnum(elf, &count) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_INTERP)
			return true;
	return false;
}

/* A static program that may lie anywhere has neither a name nor whom to load it. */
static int read_elf(Elf *elf, struct elf_name *name)
{
	GElf_Ehdr header;

	if (!gelf_getehdr(elf, &header) || header.e_machine != EM_X86_64)
		return -ENOEXEC;
	read_soname(elf, name);
	bool is_loaded = has_interpreter(elf);
	name->is_program =
		header.e_type == ET_EXEC || (!name->soname[0] && (is_loaded || header.e_entry));
	name->is_static = name->is_program && !is_loaded;
	return 0;
}

/* Links of /proc say where the file is; where it is not that here, its last part is still right. */
static void read_file_name(const char *path, struct elf_name *name)
{
	char real[PATH_MAX];
	ssize_t size = readlink(path, real, sizeof(real) - 1);
	const char *slash;

	if (size > 0 && real[0] == '/')
		real[size] = '\0';
	else if (!realpath(path, real))
		snprintf(real, sizeof(real), "%s", path);
	slash = strrchr(real, '/');
	snprintf(name->file, sizeof(name->file), "%.*s", NAME_MAX, slash ? slash + 1 : real);
}

int elf_name_read(const char *path, struct elf_name *ret_name)
{
	struct elf_name name = {.is_program = false};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	Elf *elf = NULL;
	int r = fd < 0 ? -errno : 0;

	if (r < 0)
		return r;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	r = elf && elf_kind(elf) == ELF_K_ELF ? read_elf(elf, &name) : -ENOEXEC;
	elf_end(elf);
	close(fd);
	if (r < 0)
		return r;
	read_file_name(path, &name);
	*ret_name = name;
	return 0;
}
