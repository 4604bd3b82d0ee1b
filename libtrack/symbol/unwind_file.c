/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_file.h"

#include <errno.h>
#include <stdlib.h>
#include <symbol/elf_place.h>

#define SECTION_BYTES_MAX ((uint64_t)128 << 20)
#define HEADERS_MAX 4096u
#define ROWS_MAX 65536u /* of 10 MB; then they are made anew */
#define ROWS_FIRST 64u
#define NO_ROW UINT64_MAX

/* What the program and section headers lead to. */
struct places {
	GElf_Phdr header; /* PT_GNU_EH_FRAME */
	Elf_Scn *frame;
	Elf_Scn *debug;
};

static int read_segments(struct unwind_file *file, struct places *places)
{
	size_t count;

	if (elf_getphdrnum(file->elf, &count) < 0)
		return -ENOEXEC;
	for (size_t i = 0; i < count && i < HEADERS_MAX; i++) {
		GElf_Phdr header;
		if (gelf_getphdr(file->elf, (int)i, &header) == NULL)
			return -ENOEXEC;
		if (header.p_type == PT_GNU_EH_FRAME)
			places->header = header;
		if (header.p_type != PT_LOAD || !(header.p_flags & PF_X) ||
		    file->code_count == UNWIND_SEGMENTS_MAX)
			continue;
		file->code[file->code_count++] = (struct unwind_segment){
			.offset = header.p_offset,
			.bytes = header.p_filesz,
			.address = header.p_vaddr,
		};
	}
	return 0;
}

static bool read_raw(Elf *elf, uint64_t offset, uint64_t bytes, uint64_t address,
		     struct frame_bytes *ret_bytes)
{
	if (bytes == 0 || bytes > SECTION_BYTES_MAX || offset > INT64_MAX)
		return false;
	Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)offset, bytes, ELF_T_BYTE);
	if (data == NULL || data->d_buf == NULL)
		return false;
	*ret_bytes = (struct frame_bytes){data->d_buf, data->d_size, address};
	return true;
}

/* .debug_frame may be compressed. */
static bool read_section(Elf_Scn *section, struct frame_bytes *ret_bytes)
{
	GElf_Shdr header;
	GElf_Chdr compressed;

	if (section == NULL || gelf_getshdr(section, &header) == NULL)
		return false;
	if (header.sh_flags & SHF_COMPRESSED &&
	    (gelf_getchdr(section, &compressed) == NULL || compressed.ch_size > SECTION_BYTES_MAX ||
	     elf_compress(section, 0, 0) < 0))
		return false;
	if (header.sh_size > SECTION_BYTES_MAX)
		return false;
	Elf_Data *data = elf_rawdata(section, NULL);
	if (data == NULL || data->d_buf == NULL || data->d_size == 0)
		return false;
	*ret_bytes = (struct frame_bytes){data->d_buf, data->d_size, header.sh_addr};
	return true;
}

/* .eh_frame where the header says that it is: by its section, or up to the end of its segment. */
static bool read_at(Elf *elf, Elf_Scn *section, uint64_t address, struct frame_bytes *ret_bytes)
{
	GElf_Shdr known;
	size_t count;

	if (section != NULL && gelf_getshdr(section, &known) != NULL && known.sh_addr == address)
		return read_raw(elf, known.sh_offset, known.sh_size, address, ret_bytes);
	if (elf_getphdrnum(elf, &count) < 0)
		return false;
	for (size_t i = 0; i < count && i < HEADERS_MAX; i++) {
		GElf_Phdr header;
		if (gelf_getphdr(elf, (int)i, &header) == NULL)
			return false;
		uint64_t into = address - header.p_vaddr;
		if (header.p_type != PT_LOAD || address < header.p_vaddr ||
		    into >= header.p_filesz || header.p_offset > INT64_MAX)
			continue;
		return read_raw(elf, header.p_offset + into, header.p_filesz - into, address,
				ret_bytes);
	}
	return false;
}

static bool load_by_header(struct unwind_file *file, const struct places *places)
{
	struct frame_table *table = &file->table;
	const GElf_Phdr *at = &places->header;
	struct frame_bytes header;
	uint64_t address;

	if (at->p_type != PT_GNU_EH_FRAME ||
	    !read_raw(file->elf, at->p_offset, at->p_filesz, at->p_vaddr, &header) ||
	    frame_table_header(table, &header, &address) < 0)
		return false;
	if (read_at(file->elf, places->frame, address, &table->section.bytes))
		return table->header_count > 0;
	table->header_count = 0;
	return false;
}

/* A file without any of it is one all the same. */
static int load_table(struct unwind_file *file, const struct places *places)
{
	struct frame_section *section = &file->table.section;

	if (load_by_header(file, places))
		return 0;
	if (section->bytes.data == NULL && !read_section(places->frame, &section->bytes)) {
		section->is_debug = true;
		if (!read_section(places->debug, &section->bytes))
			return 0;
	}
	return frame_table_scan(&file->table);
}

static int create(Elf *elf, const struct unwind_identity *identity, struct unwind_file **ret_file)
{
	struct unwind_file *file = calloc(1, sizeof(*file));
	struct places places = {0};
	GElf_Shdr section;
	int result = -ENOEXEC;

	if (file == NULL) {
		elf_end(elf);
		return -ENOMEM;
	}
	file->elf = elf;
	file->identity = *identity;
	if (elf == NULL || elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64)
		goto out;
	result = read_segments(file, &places);
	if (result < 0)
		goto out;
	places.frame = elf_place_section(elf, ".eh_frame", &section);
	places.debug = elf_place_section(elf, ".debug_frame", &section);
	result = load_table(file, &places);
out:
	if (result < 0)
		unwind_file_destroy(file);
	else
		*ret_file = file;
	return result;
}

int unwind_file_create(int fd, const struct unwind_identity *identity,
		       struct unwind_file **ret_file)
{
	/* Read, not mapped: a file that shrinks under a mapping would be a SIGBUS of ours. */
	return create(elf_begin(fd, ELF_C_READ, NULL), identity, ret_file);
}

int unwind_file_create_memory(const void *image, size_t bytes, struct unwind_file **ret_file)
{
	const struct unwind_identity none = {.bytes = bytes};

	return create(elf_memory((char *)(uintptr_t)image, bytes), &none, ret_file);
}

void unwind_file_destroy(struct unwind_file *file)
{
	if (file == NULL)
		return;
	frame_table_finish(&file->table);
	u64map_finish(&file->known);
	free(file->rows);
	elf_end(file->elf);
	free(file);
}

size_t unwind_file_bytes(const struct unwind_file *file)
{
	const struct frame_table *table = &file->table;

	return table->section.bytes.bytes + table->header.bytes +
	       table->entries.capacity * sizeof(*table->entries.items);
}

bool unwind_file_address(const struct unwind_file *file, uint64_t offset, uint64_t *ret_address)
{
	for (size_t i = 0; i < file->code_count; i++) {
		const struct unwind_segment *segment = &file->code[i];
		if (offset < segment->offset || offset - segment->offset >= segment->bytes)
			continue;
		*ret_address = segment->address + (offset - segment->offset);
		return true;
	}
	return false;
}

/* NULL: no memory. */
static struct frame_row *new_row(struct unwind_file *file)
{
	if (file->known.count >= ROWS_MAX) {
		u64map_finish(&file->known);
		file->row_count = 0;
	}
	if (file->row_count == file->row_capacity) {
		size_t capacity = file->row_capacity ? file->row_capacity * 2 : ROWS_FIRST;
		struct frame_row *rows = reallocarray(file->rows, capacity, sizeof(*rows));
		if (rows == NULL)
			return NULL;
		file->rows = rows;
		file->row_capacity = capacity;
	}
	return &file->rows[file->row_count];
}

const struct frame_row *unwind_file_row(struct unwind_file *file, uint64_t address)
{
	const uint64_t *known = u64map_get(&file->known, address);
	struct frame_entry entry;

	if (known != NULL)
		return *known == NO_ROW ? NULL : &file->rows[*known];
	struct frame_row *row = new_row(file);
	if (row == NULL)
		return NULL;
	bool found = frame_table_find(&file->table, address, &entry) == 0 &&
		     frame_row_make(&file->table.section, &entry, address, row) == 0;
	if (u64map_put(&file->known, address, found ? file->row_count : NO_ROW) < 0)
		return NULL;
	if (!found)
		return NULL;
	file->row_count++;
	return row;
}
