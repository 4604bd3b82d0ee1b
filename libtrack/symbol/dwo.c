/* SPDX-License-Identifier: Apache-2.0 */
#include "dwo.h"

#include "dwo_index.h"
#include "regular.h"

#include <dwarf.h>
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096u
#define IMAGE_BYTES_MAX (1ull << 30)

/* The sections of a unit as libdw reads them; .dwo names are those in the file. */
enum part {
	PART_INFO,
	PART_ABBREV,
	PART_LINE,
	PART_STR_OFFSETS,
	PART_RNGLISTS,
	PART_STR,
	PART_ADDR,   /* the skeleton's */
	PART_RANGES, /* likewise, DWARF 4 */
	PART_SHSTRTAB,
	PART__COUNT
};

/* clang-format off */
static const struct {
	const char *name;
	const char *dwo_name; /* NULL: not from the file */
	enum dwo_column column;
} parts[PART__COUNT] = {
	[PART_INFO] = {".debug_info", ".debug_info.dwo", DWO_COLUMN_INFO},
	[PART_ABBREV] = {".debug_abbrev", ".debug_abbrev.dwo", DWO_COLUMN_ABBREV},
	[PART_LINE] = {".debug_line", ".debug_line.dwo", DWO_COLUMN_LINE},
	[PART_STR_OFFSETS] = {".debug_str_offsets", ".debug_str_offsets.dwo", DWO_COLUMN_STR_OFFSETS},
	[PART_RNGLISTS] = {".debug_rnglists", ".debug_rnglists.dwo", DWO_COLUMN_RNGLISTS},
	[PART_STR] = {".debug_str", ".debug_str.dwo", DWO_COLUMN_NONE},
	[PART_ADDR] = {".debug_addr", NULL, DWO_COLUMN_NONE},
	[PART_RANGES] = {".debug_ranges", NULL, DWO_COLUMN_NONE},
	[PART_SHSTRTAB] = {".shstrtab", NULL, DWO_COLUMN_NONE},
};
/* clang-format on */

struct dwo_file {
	int fd;
	Elf *elf;
	struct dwo_bytes sections[PART__COUNT];
	uint64_t str_offset;	  /* of .debug_str.dwo in the file; 0: it must be copied */
	struct dwo_bytes package; /* .debug_cu_index of a .dwp; none: a .dwo */
};

struct dwo {
	uint8_t *image;
	size_t image_bytes;
	struct dwo_bytes range_lists;
	Elf *elf;
	Dwarf *dwarf;
};

/* Where each section of the image begins, and what is in it. */
struct layout {
	struct dwo_bytes pieces[PART__COUNT];
	uint64_t offsets[PART__COUNT];
	char names[256];
	size_t name_offsets[PART__COUNT];
	uint64_t headers;    /* offset of the section headers */
	uint64_t map_offset; /* of pages of the file, mapped there for the strings; 0: none are */
	uint64_t total;
};

static struct dwo_bytes section_bytes(Elf_Scn *section, const GElf_Shdr *header)
{
	if (header->sh_type == SHT_NOBITS)
		return (struct dwo_bytes){0};
	if (header->sh_flags & SHF_COMPRESSED && elf_compress(section, 0, 0) < 0)
		return (struct dwo_bytes){0};
	Elf_Data *data = elf_rawdata(section, NULL);
	if (data == NULL || data->d_buf == NULL)
		return (struct dwo_bytes){0};
	return (struct dwo_bytes){data->d_buf, data->d_size};
}

static void take_section(struct dwo_file *file, const char *name, Elf_Scn *section,
			 const GElf_Shdr *header)
{
	if (strcmp(name, ".debug_cu_index") == 0)
		file->package = section_bytes(section, header);
	for (int i = 0; i < PART__COUNT; i++) {
		if (parts[i].dwo_name == NULL || strcmp(name, parts[i].dwo_name) != 0)
			continue;
		file->sections[i] = section_bytes(section, header);
		if (i == PART_STR && !(header->sh_flags & SHF_COMPRESSED))
			file->str_offset = header->sh_offset;
	}
}

static int read_sections(struct dwo_file *file)
{
	size_t names;
	GElf_Shdr header;

	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	if (file->elf == NULL || elf_kind(file->elf) != ELF_K_ELF ||
	    elf_getshdrstrndx(file->elf, &names) < 0)
		return -ENOEXEC;
	for (Elf_Scn *section = NULL; (section = elf_nextscn(file->elf, section)) != NULL;) {
		const char *name = gelf_getshdr(section, &header) == NULL
					   ? NULL
					   : elf_strptr(file->elf, names, header.sh_name);
		if (name != NULL)
			take_section(file, name, section, &header);
	}
	return file->sections[PART_INFO].size > 0 ? 0 : -ENOEXEC;
}

int dwo_file_open(const char *path, struct dwo_file **ret_file)
{
	struct dwo_file *file = calloc(1, sizeof(*file));
	int error;

	if (file == NULL)
		return -ENOMEM;
	error = regular_open(path, &file->fd);
	if (error < 0) {
		free(file);
		return error;
	}
	error = read_sections(file);
	if (error < 0) {
		dwo_file_close(file);
		return error;
	}
	*ret_file = file;
	return 0;
}

void dwo_file_close(struct dwo_file *file)
{
	if (file == NULL)
		return;
	elf_end(file->elf);
	close(file->fd);
	free(file);
}

/* The unit's share of each section: all of it in a .dwo. */
static int find_shares(const struct dwo_file *file, uint64_t id, struct dwo_bytes *pieces)
{
	struct dwo_share shares[DWO_COLUMN__COUNT];

	for (int i = 0; i < PART__COUNT; i++)
		pieces[i] = file->sections[i];
	if (file->package.size == 0)
		return 0;
	int error = dwo_index_find(file->package.bytes, file->package.size, id, shares);
	for (int i = 0; error == 0 && i < PART__COUNT; i++) {
		if (parts[i].dwo_name == NULL || parts[i].column == DWO_COLUMN_NONE)
			continue;
		const struct dwo_share *share = &shares[parts[i].column];
		if (share->offset > pieces[i].size || share->size > pieces[i].size - share->offset)
			return -EBADMSG;
		pieces[i].size = share->size;
		if (share->size > 0)
			pieces[i].bytes += share->offset;
	}
	return error;
}

/* A section of the program's own file, from where an attribute of the skeleton says. */
static struct dwo_bytes skeleton_section(Dwarf_Die *skeleton, const char *wanted,
					 unsigned attribute, unsigned gnu_attribute)
{
	Elf *elf = dwarf_getelf(dwarf_cu_getdwarf(skeleton->cu));
	Dwarf_Attribute found;
	Dwarf_Word base = 0;
	size_t names;
	GElf_Shdr header;

	if (dwarf_attr(skeleton, attribute, &found) != NULL ||
	    dwarf_attr(skeleton, gnu_attribute, &found) != NULL)
		(void)dwarf_formudata(&found, &base);
	if (elf_getshdrstrndx(elf, &names) < 0)
		return (struct dwo_bytes){0};
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section)) != NULL;) {
		const char *name = gelf_getshdr(section, &header) == NULL
					   ? NULL
					   : elf_strptr(elf, names, header.sh_name);
		if (name == NULL || strcmp(name, wanted) != 0)
			continue;
		struct dwo_bytes piece = section_bytes(section, &header);
		if (base >= piece.size)
			return (struct dwo_bytes){0};
		return (struct dwo_bytes){piece.bytes + base, piece.size - base};
	}
	return (struct dwo_bytes){0};
}

/* Strings of a package may be long and belong to all its units: they are mapped, not copied. */
static bool lay_out(const struct dwo_file *file, struct layout *layout)
{
	uint64_t at = sizeof(Elf64_Ehdr), names = 1;

	for (int i = 0; i < PART__COUNT; i++) {
		layout->name_offsets[i] = names;
		memcpy(layout->names + names, parts[i].name, strlen(parts[i].name) + 1);
		names += strlen(parts[i].name) + 1;
	}
	layout->pieces[PART_SHSTRTAB] = (struct dwo_bytes){(uint8_t *)layout->names, names};
	for (int i = 0; i < PART__COUNT; i++) {
		uint64_t pad = i == PART_RANGES ? DWO_RANGES_PAD : 0;
		if (i == PART_STR && file->str_offset != 0)
			continue;
		layout->offsets[i] = at;
		at = (at + pad + layout->pieces[i].size + 15) & ~15ull;
	}
	layout->headers = at;
	at += (PART__COUNT + 1) * sizeof(Elf64_Shdr);
	if (file->str_offset != 0) {
		layout->map_offset = (at + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
		layout->offsets[PART_STR] = layout->map_offset + file->str_offset % PAGE_BYTES;
		at = layout->offsets[PART_STR] + layout->pieces[PART_STR].size;
	}
	layout->total = at;
	return at <= IMAGE_BYTES_MAX;
}

static void write_headers(const struct layout *layout, uint8_t *image)
{
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_shoff = layout->headers,
		.e_ehsize = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = PART__COUNT + 1,
		.e_shstrndx = PART_SHSTRTAB + 1,
	};

	memcpy(image, &header, sizeof(header));
	for (int i = 0; i < PART__COUNT; i++) {
		uint64_t size = layout->pieces[i].size;
		Elf64_Shdr section = {
			.sh_name = (uint32_t)layout->name_offsets[i],
			.sh_type = i == PART_SHSTRTAB ? SHT_STRTAB : SHT_PROGBITS,
			.sh_offset = layout->offsets[i],
			.sh_size = size > 0 && i == PART_RANGES ? size + DWO_RANGES_PAD : size,
			.sh_addralign = 1,
		};
		/* libdw takes an empty section for a table to look into. */
		if (size == 0)
			section.sh_type = SHT_NULL;
		memcpy(image + layout->headers + (size_t)(i + 1) * sizeof(section), &section,
		       sizeof(section));
	}
}

static int make_image(const struct dwo_file *file, const struct layout *layout, struct dwo *dwo)
{
	uint8_t *image = mmap(NULL, layout->total, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (image == MAP_FAILED)
		return -ENOMEM;
	dwo->image = image;
	dwo->image_bytes = layout->total;
	dwo->range_lists = (struct dwo_bytes){image + layout->offsets[PART_RNGLISTS],
					      layout->pieces[PART_RNGLISTS].size};
	for (int i = 0; i < PART__COUNT; i++) {
		uint64_t pad = i == PART_RANGES ? DWO_RANGES_PAD : 0;
		if (layout->pieces[i].size > 0 && !(i == PART_STR && layout->map_offset != 0))
			memcpy(image + layout->offsets[i] + pad, layout->pieces[i].bytes,
			       layout->pieces[i].size);
	}
	write_headers(layout, image);
	if (layout->map_offset == 0)
		return 0;
	uint64_t from = file->str_offset / PAGE_BYTES * PAGE_BYTES;
	void *mapped = mmap(image + layout->map_offset, layout->total - layout->map_offset,
			    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file->fd, (off_t)from);
	return mapped == MAP_FAILED ? -errno : 0;
}

/* In a .dwo, type units may come before it. */
static int find_unit(struct dwo *dwo, uint64_t id, Dwarf_Die *ret_die)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	uint8_t type;
	uint64_t found;

	while (dwarf_get_units(dwo->dwarf, cu, &cu, NULL, &type, &die, NULL) == 0) {
		if (die.addr == NULL || type != DW_UT_split_compile)
			continue;
		if (dwarf_cu_info(cu, NULL, NULL, NULL, NULL, &found, NULL, NULL) == 0 &&
		    found == id) {
			*ret_die = die;
			return 0;
		}
	}
	return -ENOENT;
}

static int read_image(struct dwo *dwo, uint64_t id, Dwarf_Die *ret_die)
{
	dwo->elf = elf_memory((char *)dwo->image, dwo->image_bytes);
	if (dwo->elf != NULL)
		dwo->dwarf = dwarf_begin_elf(dwo->elf, DWARF_C_READ, NULL);
	return dwo->dwarf == NULL ? -EBADMSG : find_unit(dwo, id, ret_die);
}

int dwo_create(const struct dwo_file *file, Dwarf_Die *skeleton, uint64_t id, struct dwo **ret_dwo,
	       Dwarf_Die *ret_die)
{
	struct layout layout = {0};
	int error = find_shares(file, id, layout.pieces);

	if (error < 0)
		return error;
	layout.pieces[PART_ADDR] =
		skeleton_section(skeleton, ".debug_addr", DW_AT_addr_base, DW_AT_GNU_addr_base);
	layout.pieces[PART_RANGES] = skeleton_section(skeleton, ".debug_ranges",
						      DW_AT_GNU_ranges_base, DW_AT_GNU_ranges_base);
	if (!lay_out(file, &layout))
		return -EBADMSG;
	struct dwo *dwo = calloc(1, sizeof(*dwo));
	if (dwo == NULL)
		return -ENOMEM;
	error = make_image(file, &layout, dwo);
	if (error == 0)
		error = read_image(dwo, id, ret_die);
	if (error < 0) {
		dwo_destroy(dwo);
		return error;
	}
	*ret_dwo = dwo;
	return 0;
}

void dwo_destroy(struct dwo *dwo)
{
	if (dwo == NULL)
		return;
	dwarf_end(dwo->dwarf);
	elf_end(dwo->elf);
	if (dwo->image != NULL)
		munmap(dwo->image, dwo->image_bytes);
	free(dwo);
}

struct dwo_bytes dwo_range_lists(const struct dwo *dwo)
{
	return dwo->range_lists;
}
