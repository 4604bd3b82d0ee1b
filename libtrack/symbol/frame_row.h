/* SPDX-License-Identifier: Apache-2.0 */
/* How to get from a frame to its caller's at one instruction: what a CFA program says there. */
#ifndef SYMBOL_FRAME_ROW_H
#define SYMBOL_FRAME_ROW_H

#include "frame_cursor.h"

#include <symbol/unwind.h>

enum frame_how {
	FRAME_SAME,
	FRAME_UNDEFINED,
	FRAME_AT,	     /* in the word at CFA + value */
	FRAME_IS,	     /* CFA + value */
	FRAME_REGISTER,	     /* of the CFA: register + value; else: in the register `value` */
	FRAME_AT_EXPRESSION, /* in the word whose address the expression at `value` gives */
	FRAME_IS_EXPRESSION, /* what it gives */
};

struct frame_rule {
	int32_t value;
	uint8_t how;
	uint8_t number; /* the register that a CFA counts from */
};

struct frame_row {
	struct frame_rule cfa;
	bool signal; /* the frame of a signal: its ip was interrupted and is no return address */
	uint32_t changed; /* a bit per register whose rule is not FRAME_SAME */
	struct frame_rule registers[UNWIND_REGISTERS];
};

/* .eh_frame, or .debug_frame, which counts otherwise. */
struct frame_section {
	struct frame_bytes bytes;
	bool is_debug;
};

struct frame_cie {
	uint64_t code_align;
	int64_t data_align;
	uint8_t encoding;
	uint8_t handlers_encoding; /* DW_EH_PE_omit: its entries name none */
	bool augmented;		   /* its entries have augmentation data */
	bool signal;
	size_t program; /* where its instructions are */
	size_t program_end;
};

/* What an entry says about a range of code. */
struct frame_entry {
	uint64_t start;
	uint64_t end;
	bool has_handlers; /* what catches exceptions is reached by no jump */
	struct frame_cie cie;
	size_t program;
	size_t program_end;
};

/*
 * The entry at an offset. 0; -ENOENT: it is none of code (a CIE, a terminator); -EBADMSG.
 * ret_next: where the one behind it begins, even so; at the section's end where that is unknown.
 */
int frame_entry_read(const struct frame_section *section, size_t offset,
		     struct frame_entry *ret_entry, size_t *ret_next);

/* The row at an address of the entry. -EBADMSG, also for what has no place in a row. */
int frame_row_make(const struct frame_section *section, const struct frame_entry *entry,
		   uint64_t address, struct frame_row *ret_row);

#endif
