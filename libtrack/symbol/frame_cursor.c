/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_cursor.h"

#include <dwarf.h>
#include <string.h>

struct frame_cursor frame_cursor(const struct frame_bytes *section, size_t at, size_t end)
{
	end = end < section->bytes ? end : section->bytes;
	return (struct frame_cursor){
		.section = section,
		.at = at < end ? at : end,
		.end = end,
	};
}

static const uint8_t *take(struct frame_cursor *cursor, size_t bytes)
{
	if (cursor->bad || bytes > cursor->end - cursor->at) {
		cursor->bad = true;
		return NULL;
	}
	cursor->at += bytes;
	return cursor->section->data + cursor->at - bytes;
}

uint64_t cursor_number(struct frame_cursor *cursor, size_t bytes)
{
	const uint8_t *from = take(cursor, bytes);
	uint64_t number = 0;

	if (from != NULL)
		memcpy(&number, from, bytes); /* little-endian, as the machine is */
	return number;
}

int64_t cursor_signed(struct frame_cursor *cursor, size_t bytes)
{
	unsigned unused = 64 - 8 * (unsigned)bytes;

	return (int64_t)(cursor_number(cursor, bytes) << unused) >> unused;
}

/* Returns the bits, and how many the number has. */
static uint64_t leb(struct frame_cursor *cursor, unsigned *ret_bits, bool *ret_negative)
{
	uint64_t number = 0;
	unsigned bits = 0;
	uint64_t byte;

	do {
		byte = cursor_number(cursor, 1);
		if (bits < 64)
			number |= (byte & 0x7f) << bits;
		bits += 7;
	} while (byte & 0x80 && !cursor->bad);
	*ret_bits = bits;
	*ret_negative = byte & 0x40;
	return number;
}

uint64_t cursor_uleb(struct frame_cursor *cursor)
{
	unsigned bits;
	bool negative;

	return leb(cursor, &bits, &negative);
}

int64_t cursor_sleb(struct frame_cursor *cursor)
{
	unsigned bits;
	bool negative;
	uint64_t number = leb(cursor, &bits, &negative);

	if (negative && bits < 64)
		number |= ~(uint64_t)0 << bits;
	return (int64_t)number;
}

void cursor_skip(struct frame_cursor *cursor, uint64_t bytes)
{
	(void)take(cursor, bytes);
}

static uint64_t value(struct frame_cursor *cursor, uint8_t format)
{
	switch (format) {
	case DW_EH_PE_absptr:
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8:
		return cursor_number(cursor, 8);
	case DW_EH_PE_uleb128:
		return cursor_uleb(cursor);
	case DW_EH_PE_sleb128:
		return (uint64_t)cursor_sleb(cursor);
	case DW_EH_PE_udata2:
		return cursor_number(cursor, 2);
	case DW_EH_PE_sdata2:
		return (uint64_t)cursor_signed(cursor, 2);
	case DW_EH_PE_udata4:
		return cursor_number(cursor, 4);
	case DW_EH_PE_sdata4:
		return (uint64_t)cursor_signed(cursor, 4);
	}
	cursor->bad = true;
	return 0;
}

uint64_t cursor_pointer(struct frame_cursor *cursor, uint8_t encoding, uint64_t data_address)
{
	uint64_t here = cursor->section->address + cursor->at;
	uint64_t found = value(cursor, encoding & 0x0f);

	switch (encoding & 0x70) {
	case DW_EH_PE_absptr:
		return found;
	case DW_EH_PE_pcrel:
		return here + found;
	case DW_EH_PE_datarel:
		return data_address + found;
	}
	cursor->bad = true;
	return 0;
}
