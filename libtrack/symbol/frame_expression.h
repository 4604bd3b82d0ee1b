/* SPDX-License-Identifier: Apache-2.0 */
/* DWARF expressions (DWARF 5, section 2.5), as far as call frame information has them. */
#ifndef SYMBOL_FRAME_EXPRESSION_H
#define SYMBOL_FRAME_EXPRESSION_H

#include "frame_cursor.h"

/* Where they get their values. Both: false where there is none. */
struct frame_values {
	void *ctx;
	bool (*reg)(void *ctx, uint64_t number, uint64_t *ret_value);
	bool (*word)(void *ctx, uint64_t address, uint64_t *ret_value);
};

/* The one at an offset of the section, its length first. initial: what is on its stack before. */
bool frame_expression(const struct frame_bytes *section, size_t at, const uint64_t *initial,
		      const struct frame_values *values, uint64_t *ret_result);

#endif
