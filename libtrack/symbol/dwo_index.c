/* SPDX-License-Identifier: Apache-2.0 */
#include "dwo_index.h"

#include <errno.h>
#include <string.h>

#define HEADER_BYTES 16u
#define COLUMNS_MAX 8u

/* Numbers of the columns in the file; 0: none of that version. */
static const struct {
	uint32_t version_2, version_5;
} column_numbers[DWO_COLUMN__COUNT] = {
	[DWO_COLUMN_INFO] = {1, 1},	[DWO_COLUMN_ABBREV] = {3, 3},
	[DWO_COLUMN_LINE] = {4, 4},	[DWO_COLUMN_STR_OFFSETS] = {6, 6},
	[DWO_COLUMN_RNGLISTS] = {0, 8},
};

/* Behind the header: hashes, rows, column numbers, then offsets and sizes, a row for each unit. */
struct table {
	uint32_t version;
	uint32_t columns, units, slots;
	const uint8_t *hashes, *rows, *numbers, *offsets, *sizes;
};

static uint32_t u32_at(const uint8_t *bytes, uint64_t index)
{
	uint32_t value;

	memcpy(&value, bytes + 4 * index, sizeof(value));
	return value;
}

static int read_table(const uint8_t *index, size_t size, struct table *ret_table)
{
	struct table table;

	if (size < HEADER_BYTES)
		return -EBADMSG;
	/* Version 5 is half a word, and the other half is nothing. */
	table.version = u32_at(index, 0);
	table.columns = u32_at(index, 1);
	table.units = u32_at(index, 2);
	table.slots = u32_at(index, 3);
	if ((table.version != 2 && table.version != 5) || table.columns == 0 ||
	    table.columns > COLUMNS_MAX || table.slots == 0 || (table.slots & (table.slots - 1)))
		return -EBADMSG;
	uint64_t cells = 4ull * table.columns * table.units;
	if (12ull * table.slots + 4ull * table.columns + 2 * cells > size - HEADER_BYTES)
		return -EBADMSG;
	table.hashes = index + HEADER_BYTES;
	table.rows = table.hashes + 8ull * table.slots;
	table.numbers = table.rows + 4ull * table.slots;
	table.offsets = table.numbers + 4ull * table.columns;
	table.sizes = table.offsets + cells;
	*ret_table = table;
	return 0;
}

/* The row of a unit, from 1; 0: none. Open addressing with a second hash. */
static uint32_t find_row(const struct table *table, uint64_t id)
{
	uint64_t mask = table->slots - 1, slot = id & mask, step = (id >> 32 & mask) | 1;

	for (uint32_t i = 0; i < table->slots; i++, slot = (slot + step) & mask) {
		uint32_t row = u32_at(table->rows, slot);
		uint64_t hash;
		memcpy(&hash, table->hashes + 8 * slot, sizeof(hash));
		if (row == 0)
			return 0;
		if (hash == id)
			return row <= table->units ? row : 0;
	}
	return 0;
}

int dwo_index_find(const uint8_t *index, size_t size, uint64_t id,
		   struct dwo_share ret_shares[DWO_COLUMN__COUNT])
{
	struct table table;
	int error = read_table(index, size, &table);

	if (error < 0)
		return error;
	uint32_t row = find_row(&table, id);
	if (row == 0)
		return -ENOENT;
	memset(ret_shares, 0, DWO_COLUMN__COUNT * sizeof(*ret_shares));
	for (uint32_t column = 0; column < table.columns; column++) {
		uint32_t number = u32_at(table.numbers, column);
		uint64_t cell = (uint64_t)(row - 1) * table.columns + column;
		for (int i = DWO_COLUMN_NONE + 1; i < DWO_COLUMN__COUNT; i++) {
			uint32_t wanted = table.version == 2 ? column_numbers[i].version_2
							     : column_numbers[i].version_5;
			if (wanted == number)
				ret_shares[i] = (struct dwo_share){u32_at(table.offsets, cell),
								   u32_at(table.sizes, cell)};
		}
	}
	return 0;
}
