/* SPDX-License-Identifier: Apache-2.0 */
/* What call frame information says of a place in a file. */
#include "unwind_file.h"

#include <errno.h>

#define WORD_BYTES 8

static bool is_constant(const struct frame_row *row)
{
	return row->cfa.how == FRAME_REGISTER && row->cfa.number == UNWIND_RSP &&
	       row->cfa.value >= WORD_BYTES && row->registers[UNWIND_IP].how == FRAME_AT &&
	       row->registers[UNWIND_IP].value == -WORD_BYTES;
}

int unwind_file_cfa_offset(struct unwind_file *file, uint64_t file_offset, uint32_t *ret_offset)
{
	const struct frame_row *row = NULL;
	uint64_t address;

	if (unwind_file_address(file, file_offset, &address))
		row = unwind_file_row(file, address);
	if (row == NULL)
		return -ENOENT;
	if (!is_constant(row))
		return -ERANGE;
	*ret_offset = (uint32_t)row->cfa.value;
	return 0;
}

int unwind_file_code(const struct unwind_file *file, uint64_t file_offset, uint64_t *ret_start,
		     uint64_t *ret_end)
{
	struct frame_entry entry;
	uint64_t address;

	if (!unwind_file_address(file, file_offset, &address) ||
	    frame_table_find(&file->table, address, &entry) < 0 ||
	    address - entry.start > file_offset)
		return -ENOENT;
	*ret_start = file_offset - (address - entry.start);
	*ret_end = *ret_start + (entry.end - entry.start);
	return 0;
}

bool unwind_file_has_handlers(const struct unwind_file *file, uint64_t file_offset)
{
	struct frame_entry entry;
	uint64_t address;

	return unwind_file_address(file, file_offset, &address) &&
	       frame_table_find(&file->table, address, &entry) == 0 && entry.has_handlers;
}
