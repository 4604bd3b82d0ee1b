/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what fuzzers of the readers of ELF files start from: fuzz_seeds_symbol CORPUS. */
#include "elf.inc.c"
#include "save.inc.c"
#include "unwind.inc.c"

#include <dwarf.h>
#include <stdbool.h>

#define SECTION_BYTES 512u
#define WORDS 64u
#define FUNCTIONS 4u
#define FUNCTION_BYTES 0x40u

struct section {
	uint8_t bytes[SECTION_BYTES];
	size_t used;
};

static void put(struct section *section, uint64_t value, size_t bytes)
{
	memcpy(section->bytes + section->used, &value, bytes);
	section->used += bytes;
}

/* The length of an entry, once it is known. */
static void close_entry(struct section *section, size_t start)
{
	while (section->used % 8 != 4)
		put(section, DW_CFA_nop, 1);
	uint32_t length = (uint32_t)(section->used - start - 4);
	memcpy(section->bytes + start, &length, sizeof(length));
}

static void put_all(struct section *section, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(section, bytes[i], 1);
}

/* Aligned to 4 behind 4 bytes of length each: what a section of 8 aligned entries is. */
static void put_cie(struct section *section, bool is_debug, bool is_signal)
{
	size_t start = section->used;

	put(section, 0, 4);
	put(section, is_debug ? UINT32_MAX : 0, 4);
	put(section, 1, 1);
	put_all(section, (const uint8_t *)(is_signal ? "zS" : "z"), is_signal ? 3 : 2);
	put_all(section,
		(const uint8_t[]){1, 0x78, 16, 0, DW_CFA_def_cfa, 7, 8, DW_CFA_offset | 16, 1}, 9);
	close_entry(section, start);
}

/* One of each way that a caller is found. */
static const struct {
	uint8_t program[24];
	size_t bytes;
} ways[FUNCTIONS] = {
	{{DW_CFA_advance_loc | 4, DW_CFA_def_cfa_offset, 32, DW_CFA_offset | 3, 2}, 5},
	{{DW_CFA_def_cfa, 6, 16, DW_CFA_offset | 6, 2, DW_CFA_remember_state, DW_CFA_restore_state},
	 7},
	{{DW_CFA_def_cfa_expression, 4, DW_OP_breg7, 8, DW_OP_lit8, DW_OP_plus, DW_CFA_expression,
	  6, 2, DW_OP_breg7, 0, DW_CFA_val_expression, 3, 3, DW_OP_breg7, 0, DW_OP_deref},
	 17},
	{{DW_CFA_def_cfa, 3, 16, DW_CFA_register, 3, 12, DW_CFA_offset | 6, 3}, 8},
};

static void put_fde(struct section *section, bool is_debug, size_t i)
{
	size_t start = section->used;

	put(section, 0, 4);
	put(section, is_debug ? 0 : section->used, 4); /* to the CIE, which comes first */
	put(section, ELF_CODE + i * FUNCTION_BYTES, 8);
	put(section, FUNCTION_BYTES, 8);
	put(section, 0, 1);
	put_all(section, ways[i].program, ways[i].bytes);
	close_entry(section, start);
}

/* A header with a table, right before its section. */
static void put_header(struct section *section, const struct section *entries)
{
	size_t header_bytes = 12 + 8 * FUNCTIONS, at = 4;
	uint32_t length;

	put(section, 1, 1);
	put(section, DW_EH_PE_pcrel | DW_EH_PE_sdata4, 1);
	put(section, DW_EH_PE_udata4, 1);
	put(section, DW_EH_PE_datarel | DW_EH_PE_sdata4, 1);
	put(section, header_bytes - 4, 4);
	put(section, FUNCTIONS, 4);
	memcpy(&length, entries->bytes, sizeof(length));
	at += length;
	for (size_t i = 0; i < FUNCTIONS; i++) {
		memcpy(&length, entries->bytes + at, sizeof(length));
		put(section, ELF_CODE + i * FUNCTION_BYTES - ELF_SECTION_AT, 4);
		put(section, header_bytes + at, 4);
		at += 4 + length;
	}
	put_all(section, entries->bytes, entries->used);
}

static void save_unwind(const char *corpus, enum unwind_mode mode, bool is_signal)
{
	struct unwind_input head = {.mode = (uint8_t)mode, .depth = 32, .ip = 8, .words = WORDS};
	uint8_t input[sizeof(head) + WORDS * 2 + SECTION_BYTES + 64];
	struct section entries = {.used = 0}, whole = {.used = 0};
	uint16_t numbers[WORDS];
	char name[32];

	for (size_t i = 0; i < 16; i++)
		head.registers[i] = (uint16_t)(UNWIND_STACK + 8 * i);
	for (size_t i = 0; i < WORDS; i++)
		numbers[i] = (uint16_t)(i % 2 ? i * 5 : UNWIND_STACK + 8 * i + 32);
	put_cie(&entries, mode == UNWIND_DEBUG, is_signal);
	for (size_t i = 0; i < FUNCTIONS; i++)
		put_fde(&entries, mode == UNWIND_DEBUG, i);
	if (mode == UNWIND_HEADER)
		put_header(&whole, &entries);
	else
		put_all(&whole, entries.bytes, entries.used);
	memcpy(input, &head, sizeof(head));
	memcpy(input + sizeof(head), numbers, sizeof(numbers));
	memcpy(input + sizeof(head) + sizeof(numbers), whole.bytes, whole.used);
	snprintf(name, sizeof(name), "unwind%d_%d", (int)mode, is_signal);
	save(corpus, "unwind", name, input, sizeof(head) + sizeof(numbers) + whole.used);
}

/* A Go program's table, of the version with that magic number: three functions and an end. */
static void save_go(const char *corpus, uint32_t magic, bool from_text)
{
	static const char text[] = "main.*", names[] = "main.main\0main.(*T).f\0runtime.goexit";
	static const uint8_t name_at[] = {0, 10, 22};
	const size_t word = from_text ? 4 : 8, head = 8 + 8 * (from_text ? 8 : 7);
	const size_t about = head + sizeof(names) + (4 * 2) * word;
	struct section table = {.used = 0};
	char name[32];

	put_all(&table, (const uint8_t *)text, sizeof(text));
	put(&table, magic, 4);
	put(&table, 0x0801 << 16, 4);
	put(&table, 3, 8);
	put(&table, 0, 8);
	if (from_text)
		put(&table, 0, 8);
	put(&table, head, 8);
	put(&table, 0, 8);
	put(&table, 0, 8);
	put(&table, 0, 8);
	put(&table, head + sizeof(names), 8);
	put_all(&table, (const uint8_t *)names, sizeof(names));
	for (size_t i = 0; i <= 3; i++) {
		put(&table, (from_text ? 0 : ELF_CODE) + i * FUNCTION_BYTES, word);
		put(&table, about - head - sizeof(names) + i * (word + 4), word);
	}
	for (size_t i = 0; i < 3; i++) {
		put(&table, (from_text ? 0 : ELF_CODE) + i * FUNCTION_BYTES, word);
		put(&table, name_at[i], 4);
	}
	snprintf(name, sizeof(name), "go%08x", magic);
	save(corpus, "functions", name, table.bytes, table.used);
}

/* Notes of two probes as track.h leaves them, the first twice. */
static void save_notes(const char *corpus)
{
	static const char owner[] = "stapsdt";
	static const char texts[] = "track\0retain\0008@%rdi 8@%rsi 8@%rdx 8@%rcx 8@%r8";
	struct section notes = {.used = 0};

	for (size_t i = 0; i < 3; i++) {
		put(&notes, sizeof(owner), 4);
		put(&notes, 3 * 8 + sizeof(texts), 4);
		put(&notes, 3, 4);
		put_all(&notes, (const uint8_t *)owner, sizeof(owner));
		put(&notes, ELF_CODE + i % 2 * 8, 8);
		put(&notes, 0, 8);
		put(&notes, 0, 8);
		put_all(&notes, (const uint8_t *)texts, sizeof(texts));
		while (notes.used % 4 != 0)
			put(&notes, 0, 1);
	}
	save(corpus, "usdt", "two", notes.bytes, notes.used);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: fuzz_seeds_symbol CORPUS\n");
		return 2;
	}
	for (enum unwind_mode mode = UNWIND_EH; mode < UNWIND_MODES; mode++)
		for (int is_signal = 0; is_signal < 2; is_signal++)
			save_unwind(argv[1], mode, is_signal);
	save_notes(argv[1]);
	save_go(argv[1], 0xfffffffa, false);
	save_go(argv[1], 0xfffffff0, true);
	save_go(argv[1], 0xfffffff1, true);
	return 0;
}
