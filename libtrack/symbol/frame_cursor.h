/* SPDX-License-Identifier: Apache-2.0 */
/* Call frame information read from front to back: past its end, all is 0 and `bad`. */
#ifndef SYMBOL_FRAME_CURSOR_H
#define SYMBOL_FRAME_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a section. */
struct frame_bytes {
	const uint8_t *data;
	size_t bytes;
	uint64_t address; /* where the program has them */
};

struct frame_cursor {
	const struct frame_bytes *section;
	size_t at;
	size_t end;
	bool bad;
};

/* From `at` to `end`, both cut to the section. */
struct frame_cursor frame_cursor(const struct frame_bytes *section, size_t at, size_t end);
/* An unsigned number of 1, 2, 4 or 8 bytes. */
uint64_t cursor_number(struct frame_cursor *cursor, size_t bytes);
/* The same, with a sign. */
int64_t cursor_signed(struct frame_cursor *cursor, size_t bytes);
uint64_t cursor_uleb(struct frame_cursor *cursor);
int64_t cursor_sleb(struct frame_cursor *cursor);
void cursor_skip(struct frame_cursor *cursor, uint64_t bytes);
/* A pointer in one of the DW_EH_PE encodings; data_address is what datarel counts from. */
uint64_t cursor_pointer(struct frame_cursor *cursor, uint8_t encoding, uint64_t data_address);

#endif
