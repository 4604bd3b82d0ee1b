/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include "regular.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

static int check_build_id(Elf *elf, const uint8_t *expected, size_t expected_bytes)
{
	const void *found;
	ssize_t found_bytes = dwelf_elf_gnu_build_id(elf, &found);

	if (expected_bytes == 0)
		return 0;
	if (found_bytes <= 0 || (size_t)found_bytes < expected_bytes)
		return -ESTALE;
	if ((size_t)found_bytes > expected_bytes && expected_bytes < IMAGE_BUILD_ID_BYTES_RECORDED)
		return -ESTALE;
	return memcmp(found, expected, expected_bytes) == 0 ? 0 : -ESTALE;
}

static int check_elf(int fd, const uint8_t *build_id, size_t build_id_bytes)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	GElf_Ehdr header;
	int result = -ENOEXEC;

	if (elf == NULL || elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == NULL)
		goto out;
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		goto out;
	result = check_build_id(elf, build_id, build_id_bytes);
out:
	elf_end(elf);
	return result;
}

int image_open(const char *path, const uint8_t *build_id, size_t build_id_bytes, int *ret_fd)
{
	int fd = -1;
	int result = regular_open(path, &fd);

	if (result < 0)
		return result;
	result = check_elf(fd, build_id, build_id_bytes);
	if (result < 0) {
		close(fd);
		return result;
	}
	*ret_fd = fd;
	return 0;
}
