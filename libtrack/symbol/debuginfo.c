/* SPDX-License-Identifier: Apache-2.0 */
#include "debuginfo.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES 65536u

/* Folders that can hold the file of a debug link, around the folder of the stripped file. */
static const struct {
	const char *before, *behind;
} link_folders[] = {
	{"", ""},
	{"", ".debug/"},
	{"/usr/lib/debug", ""},
};

/* The checksum of .gnu_debuglink: CRC-32 of IEEE 802.3. */
static uint32_t crc32_update(const uint32_t table[256], uint32_t crc, const uint8_t *bytes,
			     size_t size)
{
	crc = ~crc;
	for (size_t i = 0; i < size; i++)
		crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

static void crc32_table(uint32_t ret_table[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
		ret_table[i] = crc;
	}
}

static bool has_crc(int fd, uint32_t expected)
{
	uint8_t *chunk = malloc(CHUNK_BYTES);
	uint32_t table[256], crc = 0;
	ssize_t bytes = -1;

	crc32_table(table);
	for (off_t at = 0; chunk != NULL; at += bytes) {
		bytes = pread(fd, chunk, CHUNK_BYTES, at);
		if (bytes <= 0)
			break;
		crc = crc32_update(table, crc, chunk, (size_t)bytes);
	}
	free(chunk);
	return bytes == 0 && crc == expected;
}

static int open_linked(const char *path, uint32_t crc)
{
	struct stat status;

	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode))
		return -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	if (has_crc(fd, crc))
		return fd;
	close(fd);
	return -1;
}

static int find_linked(const char *file, const char *link, uint32_t crc, char **ret_path)
{
	const char *slash = strrchr(file, '/');
	int folder_bytes = slash == NULL ? 0 : (int)(slash - file) + 1;
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(link_folders) / sizeof(link_folders[0]); i++) {
		int bytes = snprintf(path, sizeof(path), "%s%.*s%s%s", link_folders[i].before,
				     folder_bytes, file, link_folders[i].behind, link);
		if (bytes < 0 || (size_t)bytes >= sizeof(path))
			continue;
		int fd = open_linked(path, crc);
		if (fd < 0)
			continue;
		*ret_path = strdup(path); /* libdwfl frees it, and takes NULL */
		return fd;
	}
	return -1;
}

static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **ret_path)
{
	int fd = dwfl_build_id_find_debuginfo(module, userdata, name, base, file, link, crc,
					      ret_path);

	if (fd >= 0 || file == NULL || link == NULL)
		return fd;
	/* A link is a bare file name; one with folders in it may lead anywhere. */
	if (link[0] == '\0' || strchr(link, '/') != NULL || strlen(file) >= PATH_MAX)
		return -1;
	return find_linked(file, link, crc, ret_path);
}

const Dwfl_Callbacks debuginfo_callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = find_debuginfo,
	.section_address = dwfl_offline_section_address,
};
