/* SPDX-License-Identifier: Apache-2.0 */
#include "literal.h"
#include "traced.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file of a module, as its process sees it, or as we do. -1: it is not there any more. */
static int open_file(const struct traced *traced, const struct module *module)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "/proc/%u/root%s", traced->tgid, module->path);
	const char *const places[] = {length < (int)sizeof(path) ? path : module->path,
				      module->path};
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct stat st;
		int fd = open(places[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd >= 0 && !fstat(fd, &st) && st.st_ino == module->file->inode &&
		    st.st_dev == module->file->device)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

/* The part of the file that lies at an address of it. NULL: none, or not out of the file. */
static const struct module_load *find_load(const struct module_file *file, uint64_t address)
{
	for (uint32_t i = 0; i < file->load_count; i++) {
		const struct module_load *load = &file->loads[i];
		if (address >= load->address && address - load->address < load->file_bytes)
			return load;
	}
	return NULL;
}

/* Whose data lies there, and not only whose code. */
static const struct module *find_module(const struct modules *modules, uint64_t address)
{
	for (size_t i = 0; i < modules->count; i++)
		if (address >= modules->at[i].start && address < modules->at[i].end)
			return &modules->at[i];
	return NULL;
}

size_t literal_read(const struct traced *traced, uint64_t address, char *ret_text, size_t size)
{
	const struct module *module = find_module(&traced->modules, address);
	const struct module_load *load =
		module && module->file ? find_load(module->file, address - module->bias) : NULL;
	int fd = load ? open_file(traced, module) : -1;
	if (fd < 0)
		return 0;
	uint64_t in = address - module->bias - load->address, left = load->file_bytes - in;
	ssize_t bytes =
		pread(fd, ret_text, left < size - 1 ? left : size - 1, (off_t)(load->offset + in));
	close(fd);
	ret_text[bytes > 0 ? bytes : 0] = '\0';
	return strlen(ret_text);
}
