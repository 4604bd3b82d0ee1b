/* SPDX-License-Identifier: Apache-2.0 */
#include "module_file.h"
#include "elf_name.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define HEADERS_MAX 128u
#define NOTE_BYTES_MAX 8192u
#define GO_BUILD_ID 4 /* note type of the Go linker */

static bool read_at(int fd, void *ret_bytes, size_t size, uint64_t offset)
{
	return offset <= INT64_MAX && pread(fd, ret_bytes, size, (off_t)offset) == (ssize_t)size;
}

static bool read_head(int fd, Elf64_Ehdr *ret_head)
{
	return read_at(fd, ret_head, sizeof(*ret_head), 0) &&
	       !memcmp(ret_head->e_ident, ELFMAG, SELFMAG) &&
	       ret_head->e_ident[EI_CLASS] == ELFCLASS64 && ret_head->e_machine == EM_X86_64 &&
	       ret_head->e_phentsize == sizeof(Elf64_Phdr) && ret_head->e_phnum <= HEADERS_MAX;
}

static void take_notes(struct module_file *file, const uint8_t *note, size_t size)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr head;
		memcpy(&head, note, sizeof(head));
		uint64_t name = (head.n_namesz + UINT64_C(3)) & ~UINT64_C(3);
		uint64_t whole =
			sizeof(head) + name + ((head.n_descsz + UINT64_C(3)) & ~UINT64_C(3));
		if (whole > size)
			return;
		if (head.n_type == GO_BUILD_ID && head.n_namesz == 4 &&
		    !memcmp(note + sizeof(head), "Go", 3))
			file->is_go = true;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
		    !memcmp(note + sizeof(head), "GNU", 4) &&
		    head.n_descsz <= sizeof(file->build_id)) {
			memcpy(file->build_id, note + sizeof(head) + name, head.n_descsz);
			file->build_id_bytes = (uint16_t)head.n_descsz;
		}
		note += whole;
		size -= whole;
	}
}

static void take_segment(struct module_file *file, int fd, const Elf64_Phdr *segment)
{
	uint8_t note[NOTE_BYTES_MAX];
	if (segment->p_type == PT_NOTE && segment->p_filesz <= sizeof(note) &&
	    read_at(fd, note, segment->p_filesz, segment->p_offset))
		take_notes(file, note, segment->p_filesz);
	if (segment->p_type == PT_INTERP && segment->p_filesz < sizeof(file->interpreter) &&
	    !read_at(fd, file->interpreter, segment->p_filesz, segment->p_offset))
		file->interpreter[0] = '\0';
	if (segment->p_type != PT_LOAD || file->load_count == MODULE_LOADS_MAX ||
	    segment->p_vaddr > INT64_MAX || segment->p_memsz > INT64_MAX ||
	    segment->p_offset > INT64_MAX || segment->p_filesz > INT64_MAX)
		return;
	file->loads[file->load_count++] =
		(struct module_load){.offset = segment->p_offset,
				     .file_bytes = segment->p_filesz,
				     .address = segment->p_vaddr,
				     .memory_bytes = segment->p_memsz,
				     .runs = (segment->p_flags & PF_X) != 0};
}

static void read_file(struct module_file *file, int fd)
{
	Elf64_Ehdr head;
	Elf64_Phdr segment;
	if (!read_head(fd, &head) || head.e_phoff > INT64_MAX / 2)
		return;
	file->headers = head.e_phoff;
	for (unsigned i = 0; i < head.e_phnum; i++)
		if (read_at(fd, &segment, sizeof(segment), head.e_phoff + i * sizeof(segment)))
			take_segment(file, fd, &segment);
}

void module_files_finish(struct module_files *files)
{
	size_t cursor = 0;
	uint64_t key, value;
	while (u64map_next(&files->by_inode, &cursor, &key, &value)) {
		struct module_file *file = (struct module_file *)(uintptr_t)value, *older;
		for (; file; file = older) {
			older = file->older;
			free(file->path);
			free(file->soname);
			free(file);
		}
	}
	u64map_finish(&files->by_inode);
}

/* A name only, as it comes from the file: it must lead nowhere else. */
static void take_name(struct module_file *file, const char *path)
{
	struct elf_name name;
	if (!elf_name_read(path, &name) && *name.soname && !strchr(name.soname, '/'))
		file->soname = strdup(name.soname);
}

static int add(struct module_files *files, int fd, const struct stat *st, struct module_file *older,
	       struct module_file **ret_file)
{
	struct module_file *file = calloc(1, sizeof(*file));
	if (!file)
		return -ENOMEM;
	file->device = st->st_dev;
	file->inode = st->st_ino;
	file->changed_ns =
		(uint64_t)st->st_ctim.tv_sec * 1000000000ull + (uint64_t)st->st_ctim.tv_nsec;
	file->older = older;
	read_file(file, fd);
	int ret = u64map_put(&files->by_inode, st->st_ino, (uintptr_t)file);
	if (ret)
		free(file);
	else
		*ret_file = file;
	return ret;
}

static bool is_file(const struct module_file *file, const struct stat *st)
{
	return file->device == st->st_dev && file->inode == st->st_ino &&
	       file->changed_ns ==
		       (uint64_t)st->st_ctim.tv_sec * 1000000000ull + (uint64_t)st->st_ctim.tv_nsec;
}

static bool is_at(const struct module_file *file, const char *path)
{
	struct stat st;
	return path && !stat(path, &st) && is_file(file, &st);
}

static struct module_file *first_of(const struct module_files *files, ino_t inode)
{
	const uint64_t *first = u64map_get(&files->by_inode, inode);
	return first ? (struct module_file *)(uintptr_t)*first : NULL;
}

const struct module_file *module_files_find(struct module_files *files, ino_t inode)
{
	struct module_file *file = first_of(files, inode);
	while (file && !is_at(file, file->path))
		file = file->older;
	return file;
}

void module_files_name(struct module_files *files, const struct module_file *file, const char *path)
{
	struct module_file *own = first_of(files, file->inode);
	while (own && own != file)
		own = own->older;
	if (own && !own->path && is_at(own, path))
		own->path = strdup(path);
}

int module_files_get(struct module_files *files, const char *path,
		     const struct module_file **ret_file)
{
	struct stat st;
	/* O_NONBLOCK: where the path leads to something else meanwhile, it must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	int ret = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -EBADMSG;
	struct module_file *found = NULL;
	struct module_file *known = ret ? NULL : first_of(files, st.st_ino);
	for (struct module_file *f = known; f && !found; f = f->older)
		if (is_file(f, &st))
			found = f;
	if (!ret && !found) {
		ret = add(files, fd, &st, known, &found);
		if (!ret)
			take_name(found, path);
	}
	close(fd);
	if (!ret)
		*ret_file = found;
	return ret;
}

void module_file_name(const struct module_file *file, const char *root, const char *path,
		      char ret_name[PATH_MAX])
{
	char link[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;
	size_t rest = strlen(root);
	if (file->soname && folder &&
	    snprintf(link, sizeof(link), "%s%.*s%s", root, folder, path, file->soname) <
		    (int)sizeof(link) &&
	    is_at(file, link))
		snprintf(ret_name, PATH_MAX, "%s", link + rest);
	else
		snprintf(ret_name, PATH_MAX, "%s", path);
}

bool module_file_place(const struct module_file *file, uint64_t start, uint64_t offset,
		       uint64_t *ret_bias, uint64_t *ret_start, uint64_t *ret_end)
{
	const struct module_load *mapped = NULL;
	uint64_t low = UINT64_MAX, high = 0;
	for (uint32_t i = 0; i < file->load_count; i++) {
		const struct module_load *load = &file->loads[i];
		if (load->address < low)
			low = load->address;
		if (load->address + load->memory_bytes > high)
			high = load->address + load->memory_bytes;
		uint64_t page = load->offset & ~(uint64_t)(PAGE - 1);
		if (load->runs && offset >= page && offset < load->offset + load->file_bytes)
			mapped = load;
	}
	if (!mapped)
		return false;
	uint64_t bias = start - offset + mapped->offset - mapped->address;
	if (bias + low >= bias + high)
		return false;
	*ret_bias = bias;
	*ret_start = bias + low;
	*ret_end = bias + high;
	return true;
}
