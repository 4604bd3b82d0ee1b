/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_table.h"

#include <dwarf.h>
#include <errno.h>

#define PAIR_BYTES 8u
#define SEARCHABLE (DW_EH_PE_datarel | DW_EH_PE_sdata4)

int frame_table_header(struct frame_table *table, const struct frame_bytes *header,
		       uint64_t *ret_section_address)
{
	struct frame_cursor cursor = frame_cursor(header, 0, header->bytes);
	uint64_t version = cursor_number(&cursor, 1);
	uint8_t section_encoding = (uint8_t)cursor_number(&cursor, 1);
	uint8_t count_encoding = (uint8_t)cursor_number(&cursor, 1);
	uint8_t encoding = (uint8_t)cursor_number(&cursor, 1);
	uint64_t address = cursor_pointer(&cursor, section_encoding, header->address);

	if (version != 1 || cursor.bad || section_encoding & DW_EH_PE_indirect)
		return -EBADMSG;
	*ret_section_address = address;
	uint64_t count = cursor_pointer(&cursor, count_encoding, header->address);
	if (cursor.bad || encoding != SEARCHABLE || count == 0 ||
	    count > (cursor.end - cursor.at) / PAIR_BYTES)
		return 0;
	table->header = *header;
	table->header_at = cursor.at;
	table->header_count = (size_t)count;
	return 0;
}

int frame_table_scan(struct frame_table *table)
{
	struct frame_entry entry;
	size_t next;

	for (size_t at = 0; at < table->section.bytes.bytes; at = next) {
		if (frame_entry_read(&table->section, at, &entry, &next) < 0)
			continue;
		int error = ranges_add(&table->entries, entry.start, entry.end, at);
		if (error < 0)
			return error;
	}
	ranges_sort(&table->entries);
	return 0;
}

void frame_table_finish(struct frame_table *table)
{
	ranges_finish(&table->entries);
	*table = (struct frame_table){0};
}

/* The n-th pair's address of code, or of its entry. */
static uint64_t header_value(const struct frame_table *table, size_t n, size_t half)
{
	size_t at = table->header_at + n * PAIR_BYTES + half * (PAIR_BYTES / 2);
	struct frame_cursor cursor = frame_cursor(&table->header, at, table->header.bytes);

	return table->header.address + (uint64_t)cursor_signed(&cursor, PAIR_BYTES / 2);
}

/* Where the entry is that may cover an address. */
static int search(const struct frame_table *table, uint64_t address, size_t *ret_offset)
{
	size_t low = 0, high = table->header_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (header_value(table, middle, 0) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return -ENOENT;
	uint64_t offset = header_value(table, low - 1, 1) - table->section.bytes.address;
	if (offset >= table->section.bytes.bytes)
		return -EBADMSG;
	*ret_offset = (size_t)offset;
	return 0;
}

int frame_table_find(const struct frame_table *table, uint64_t address,
		     struct frame_entry *ret_entry)
{
	struct frame_entry entry;
	size_t offset, next;

	if (table->header_count > 0) {
		int error = search(table, address, &offset);
		if (error < 0)
			return error;
	} else {
		const struct range *range = ranges_find(&table->entries, address);
		if (range == NULL)
			return -ENOENT;
		offset = (size_t)range->value;
	}
	if (frame_entry_read(&table->section, offset, &entry, &next) < 0)
		return -EBADMSG;
	if (address < entry.start || address >= entry.end)
		return -ENOENT;
	*ret_entry = entry;
	return 0;
}
