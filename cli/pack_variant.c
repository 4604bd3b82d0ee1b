/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_variant.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy(const char *from_path, const char *to_path, int *ret_fd)
{
	struct stat status;
	int r = 0;
	int from = open(from_path, O_RDONLY | O_CLOEXEC);
	int to = from < 0 ? -1 : open(to_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);

	if (to < 0 || fstat(from, &status) < 0)
		r = -errno;
	for (off_t left = r == 0 ? status.st_size : 0; left > 0 && r == 0;) {
		ssize_t done = sendfile(to, from, NULL, (size_t)left);

		r = done > 0 ? 0 : done < 0 ? -errno : -EIO;
		left -= done;
	}
	if (from >= 0)
		close(from);
	if (r == 0)
		*ret_fd = to;
	else if (to >= 0)
		close(to);
	return r;
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; name && i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* A symbol without a value defines nothing: the loader steps over it. */
static int drop_in(int fd, Elf *elf, Elf_Scn *section, const char *const *without, size_t count)
{
	static const Elf64_Addr nothing;
	GElf_Shdr header;
	Elf_Data *data = elf_getdata(section, NULL);

	if (!data || !gelf_getshdr(section, &header) || header.sh_entsize != sizeof(Elf64_Sym))
		return -EBADMSG;
	for (int i = 0; (GElf_Xword)i < header.sh_size / header.sh_entsize; i++) {
		off_t at = (off_t)(header.sh_offset + (GElf_Off)i * header.sh_entsize +
				   offsetof(Elf64_Sym, st_value));
		GElf_Sym symbol;

		if (!gelf_getsym(data, i, &symbol))
			return -EBADMSG;
		if (is_one_of(elf_strptr(elf, header.sh_link, symbol.st_name), without, count) &&
		    pwrite(fd, &nothing, sizeof(nothing), at) != sizeof(nothing))
			return -EIO;
	}
	return 0;
}

static int drop(int fd, const char *const *without, size_t count)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	int r = -EBADMSG;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return -EBADMSG;
	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNSYM)
			r = drop_in(fd, elf, section, without, count);
	elf_end(elf);
	return r;
}

int pack_variant_make(const char *object, const char *const *without, size_t count,
		      const char *path)
{
	int fd = -1, r = copy(object, path, &fd);

	if (r < 0)
		return r;
	r = drop(fd, without, count);
	close(fd);
	if (r < 0)
		unlink(path);
	return r;
}
