/* SPDX-License-Identifier: Apache-2.0 */
#include "usdt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/elf_place.h>
#include <unistd.h>

#define SECTION ".note.stapsdt"
#define BASE_SECTION ".stapsdt.base"
#define OWNER "stapsdt"
#define NOTE_TYPE 3
#define PROVIDER "track"
#define ARGUMENTS "8@%rdi 8@%rsi 8@%rdx 8@%rcx 8@%r8"
#define SECTION_BYTES_MAX (64u << 20)
#define PROBES_MAX 65536

/* What the note begins with; texts follow. */
struct note_addresses {
	uint64_t pc;
	uint64_t base; /* where BASE_SECTION was when the addresses were right */
	uint64_t semaphore;
};

struct reading {
	int fd;
	Elf *elf;
	struct unwind_file *frames;
	uint64_t base; /* where BASE_SECTION is now; 0: there is none */
	struct usdt_probe *probes;
	size_t count;
	size_t capacity;
};

/* The text at *at, which is behind it then; NULL: it has no end. */
static const char *take_text(const char **at, const char *end)
{
	const char *text = *at;
	const char *zero = memchr(text, '\0', (size_t)(end - text));

	if (zero == NULL)
		return NULL;
	*at = zero + 1;
	return text;
}

/* The name of one of track.h's; NULL: it is none. */
static const char *read_texts(const char *at, const char *end)
{
	const char *provider = take_text(&at, end);
	const char *name = provider == NULL ? NULL : take_text(&at, end);
	const char *arguments = name == NULL ? NULL : take_text(&at, end);

	if (arguments == NULL || strcmp(provider, PROVIDER) != 0 || name[0] == '\0' ||
	    strlen(name) >= USDT_NAME_BYTES || strcmp(arguments, ARGUMENTS) != 0)
		return NULL;
	return name;
}

/* What is to be replaced must be what track.h put there. */
static bool is_nop(int fd, uint64_t offset)
{
	static const uint8_t nop[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
	uint8_t found[sizeof(nop)];

	return pread(fd, found, sizeof(found), (off_t)offset) == sizeof(found) &&
	       memcmp(found, nop, sizeof(nop)) == 0;
}

static int add(struct reading *reading, const char *name, uint64_t offset)
{
	if (reading->count == PROBES_MAX)
		return 0;
	if (reading->count == reading->capacity) {
		size_t capacity = reading->capacity ? reading->capacity * 2 : 32;
		struct usdt_probe *probes =
			reallocarray(reading->probes, capacity, sizeof(*probes));
		if (probes == NULL)
			return -ENOMEM;
		reading->probes = probes;
		reading->capacity = capacity;
	}
	struct usdt_probe *probe = &reading->probes[reading->count++];
	*probe = (struct usdt_probe){.offset = offset};
	memcpy(probe->name, name, strlen(name) + 1);
	if (unwind_file_cfa_offset(reading->frames, offset, &probe->cfa_offset) < 0)
		probe->cfa_offset = 0;
	return 0;
}

static int read_note(struct reading *reading, const char *text, size_t bytes)
{
	struct note_addresses addresses;
	uint64_t offset, left;

	if (bytes < sizeof(addresses))
		return 0;
	memcpy(&addresses, text, sizeof(addresses));
	const char *name = read_texts(text + sizeof(addresses), text + bytes);
	if (name == NULL)
		return 0;
	if (reading->base != 0)
		addresses.pc += reading->base - addresses.base;
	if (!elf_place_code(reading->elf, addresses.pc, &offset, &left) ||
	    !is_nop(reading->fd, offset))
		return 0;
	return add(reading, name, offset);
}

static int read_notes(struct reading *reading)
{
	GElf_Shdr header;
	size_t next, name_at, text_at;
	GElf_Nhdr note;

	if (elf_place_section(reading->elf, BASE_SECTION, &header) != NULL)
		reading->base = header.sh_addr;
	Elf_Scn *section = elf_place_section(reading->elf, SECTION, &header);
	if (section == NULL || header.sh_type != SHT_NOTE || header.sh_size > SECTION_BYTES_MAX)
		return 0;
	Elf_Data *data = elf_getdata(section, NULL);
	if (data == NULL || data->d_buf == NULL)
		return 0;
	for (size_t at = 0; (next = gelf_getnote(data, at, &note, &name_at, &text_at)) > 0;
	     at = next) {
		const char *bytes = data->d_buf;
		if (note.n_type != NOTE_TYPE || note.n_namesz != sizeof(OWNER) ||
		    memcmp(bytes + name_at, OWNER, sizeof(OWNER)) != 0)
			continue;
		int error = read_note(reading, bytes + text_at, note.n_descsz);
		if (error < 0)
			return error;
	}
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct usdt_probe *a = left, *b = right;

	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Two notes of one place would be two hits. */
static void sort(struct reading *reading)
{
	size_t kept = 0;

	if (reading->count == 0)
		return;
	qsort(reading->probes, reading->count, sizeof(*reading->probes), compare);
	for (size_t i = 0; i < reading->count; i++)
		if (kept == 0 || reading->probes[i].offset != reading->probes[kept - 1].offset)
			reading->probes[kept++] = reading->probes[i];
	reading->count = kept;
}

int usdt_read(const char *path, struct unwinder *unwinder, struct usdt_probe **ret_probes,
	      size_t *ret_count)
{
	struct reading reading = {.fd = -1};
	int result = unwind_file_open(unwinder, path, &reading.frames);

	if (result < 0)
		return result;
	reading.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (reading.fd < 0) {
		result = -errno;
		goto out;
	}
	reading.elf = elf_begin(reading.fd, ELF_C_READ, NULL);
	result = reading.elf == NULL ? -ENOEXEC : read_notes(&reading);
	if (result < 0)
		goto out;
	sort(&reading);
	*ret_probes = reading.probes;
	*ret_count = reading.count;
	reading.probes = NULL;
out:
	free(reading.probes);
	elf_end(reading.elf);
	if (reading.fd >= 0)
		close(reading.fd);
	unwind_file_close(reading.frames);
	return result;
}
