/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table that a Go program carries for its own stack traces (runtime.pcHeader in Go's
 * src/runtime/symtab.go): addresses in ascending order, each with where its name is.
 */
#include "frame_cursor.h"
#include "function_table.h"

#include <errno.h>
#include <string.h>
#include <symbol/elf_place.h>

#define SECTION_BYTES_MAX ((uint64_t)512 << 20)

/* What versions differ in: a row each. */
static const struct layout {
	uint32_t magic;
	bool from_text; /* addresses count from the start of the text, in 4 bytes */
} layouts[] = {
	{0xfffffffa, false}, /* 1.16 */
	{0xfffffff0, true},  /* 1.18 */
	{0xfffffff1, true},  /* 1.20 */
};

struct go_table {
	struct frame_bytes bytes;
	const struct layout *layout;
	uint64_t text;
	uint64_t count;
	uint64_t names; /* offsets in it */
	uint64_t functions;
};

/* What a position-independent program's header has is filled in as it starts. */
static uint64_t text_start(Elf *elf, uint64_t told)
{
	GElf_Shdr header;

	if (told != 0 || elf_place_section(elf, ".text", &header) == NULL)
		return told;
	return header.sh_addr;
}

static bool read_header(struct go_table *table, Elf *elf)
{
	struct frame_cursor cursor = frame_cursor(&table->bytes, 0, table->bytes.bytes);
	uint64_t magic = cursor_number(&cursor, 4);

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].magic == magic)
			table->layout = &layouts[i];
	cursor_skip(&cursor, 3);
	if (table->layout == NULL || cursor_number(&cursor, 1) != sizeof(uint64_t))
		return false;
	table->count = cursor_number(&cursor, 8);
	cursor_skip(&cursor, 8); /* files */
	if (table->layout->from_text)
		table->text = text_start(elf, cursor_number(&cursor, 8));
	table->names = cursor_number(&cursor, 8);
	cursor_skip(&cursor, 3 * 8); /* units, files, lines */
	table->functions = cursor_number(&cursor, 8);
	return !cursor.bad && table->functions <= table->bytes.bytes &&
	       table->names <= table->bytes.bytes;
}

/* NULL: its place is outside, or it has no end. */
static const char *name_at(const struct go_table *table, uint64_t offset)
{
	uint64_t left = table->bytes.bytes - table->names;

	if (offset >= left)
		return NULL;
	const char *name = (const char *)table->bytes.data + table->names + offset;
	return memchr(name, '\0', left - offset) == NULL ? NULL : name;
}

/* The n-th address, and where what is told of it is. */
static bool read_pair(const struct go_table *table, uint64_t n, uint64_t *ret_address,
		      uint64_t *ret_about)
{
	size_t bytes = table->layout->from_text ? 4 : 8;
	struct frame_cursor cursor =
		frame_cursor(&table->bytes, table->functions + n * 2 * bytes, table->bytes.bytes);

	*ret_address = cursor_number(&cursor, bytes) + table->text;
	*ret_about = table->functions + cursor_number(&cursor, bytes);
	return !cursor.bad;
}

static const char *function_name(const struct go_table *table, uint64_t about)
{
	struct frame_cursor cursor = frame_cursor(
		&table->bytes, about < table->bytes.bytes ? about : SIZE_MAX, table->bytes.bytes);

	cursor_skip(&cursor, table->layout->from_text ? 4 : 8); /* the address again */
	uint64_t offset = cursor_number(&cursor, 4);
	return cursor.bad ? NULL : name_at(table, offset);
}

/* Where relocations go into it, it is with what they go into. */
static Elf_Scn *find_section(Elf *elf, GElf_Shdr *ret_header)
{
	Elf_Scn *section = elf_place_section(elf, ".gopclntab", ret_header);

	return section != NULL ? section
			       : elf_place_section(elf, ".data.rel.ro.gopclntab", ret_header);
}

int go_functions_add(struct function_table *table)
{
	struct go_table go = {0};
	GElf_Shdr header;
	Elf_Scn *section = find_section(table->elf, &header);

	if (section == NULL || header.sh_type == SHT_NOBITS || header.sh_size > SECTION_BYTES_MAX)
		return 0;
	Elf_Data *data = elf_rawdata(section, NULL);
	if (data == NULL || data->d_buf == NULL)
		return 0;
	go.bytes = (struct frame_bytes){data->d_buf, data->d_size, 0};
	if (!read_header(&go, table->elf) || go.count > go.bytes.bytes / 8)
		return 0;
	for (uint64_t i = 0; i < go.count; i++) {
		uint64_t address, end, about, ignored;
		/* Behind the last is where it ends. */
		if (!read_pair(&go, i, &address, &about) || !read_pair(&go, i + 1, &end, &ignored))
			break;
		const char *name = function_name(&go, about);
		if (name == NULL || end <= address)
			continue;
		int error = function_table_add(table, name, address, end - address);
		if (error < 0)
			return error;
	}
	return 0;
}

static bool is_go_file(Elf *elf)
{
	static const char *const sections[] = {".note.go.buildid", ".go.buildinfo"};
	GElf_Shdr header;
	bool found = find_section(elf, &header) != NULL;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		found |= elf_place_section(elf, sections[i], &header) != NULL;
	return found;
}

/* Package and function; C has no such names, and those of C++ and Rust are mangled. */
static bool is_go_name(const char *name)
{
	return strchr(name, '.') != NULL && strncmp(name, "_Z", 2) != 0 &&
	       strncmp(name, "_R", 2) != 0;
}

int go_functions_mark(struct function_table *table)
{
	struct function_table go = {.elf = table->elf};

	if (!is_go_file(table->elf))
		return 0;
	int error = go_functions_add(&go);
	function_table_sort(&go);
	for (size_t i = 0, at = 0; error == 0 && i < table->count; i++) {
		struct symbol_function *function = &table->items[i];
		while (at < go.count && go.items[at].offset + go.items[at].size <= function->offset)
			at++;
		function->go = is_go_name(function->name) ||
			       (at < go.count && go.items[at].offset <= function->offset);
	}
	function_table_finish(&go);
	return error;
}
