/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_row.h"

#include <dwarf.h>
#include <errno.h>

#define REMEMBERED_MAX 16
#define PROGRAM_BYTES_MAX (64u * 1024)

struct machine {
	struct frame_cursor cursor;
	const struct frame_cie *cie;
	uint64_t location;
	struct frame_row row;
	struct frame_row first; /* what the CIE says: what "restore" goes back to */
	struct frame_row remembered[REMEMBERED_MAX];
	size_t depth;
	bool bad;
};

static int32_t narrow(struct machine *machine, int64_t value)
{
	if (value < INT32_MIN || value > INT32_MAX)
		machine->bad = true;
	return (int32_t)value;
}

static void set(struct machine *machine, uint64_t number, enum frame_how how, int64_t value)
{
	struct frame_row *row = &machine->row;

	/* Vector registers and the like: nothing that a caller is found by. */
	if (number >= UNWIND_REGISTERS)
		return;
	row->registers[number] = (struct frame_rule){narrow(machine, value), (uint8_t)how, 0};
	row->changed = (row->changed & ~(1u << number)) | (how != FRAME_SAME ? 1u << number : 0);
}

static int64_t factored(struct machine *machine, int64_t value)
{
	int64_t product;

	if (__builtin_mul_overflow(value, machine->cie->data_align, &product))
		machine->bad = true;
	return product;
}

static int64_t offset_uleb(struct machine *machine)
{
	return factored(machine, (int64_t)cursor_uleb(&machine->cursor));
}

static void restore(struct machine *machine, uint64_t number)
{
	if (number >= UNWIND_REGISTERS)
		return;
	set(machine, number, machine->first.registers[number].how,
	    machine->first.registers[number].value);
}

/* Where an expression is; it is read when it is needed. */
static int64_t expression(struct machine *machine)
{
	size_t at = machine->cursor.at;

	cursor_skip(&machine->cursor, cursor_uleb(&machine->cursor));
	return (int64_t)at;
}

static void remember(struct machine *machine, bool back)
{
	if (back ? machine->depth == 0 : machine->depth == REMEMBERED_MAX)
		machine->bad = true;
	else if (back)
		machine->row = machine->remembered[--machine->depth];
	else
		machine->remembered[machine->depth++] = machine->row;
}

static void set_cfa(struct machine *machine, uint64_t number, int64_t value)
{
	machine->bad = machine->bad || number >= UNWIND_REGISTERS;
	machine->row.cfa =
		(struct frame_rule){narrow(machine, value), FRAME_REGISTER, (uint8_t)number};
}

/* Those of the CFA. False: it is none. */
static bool run_cfa(struct machine *machine, uint8_t code)
{
	struct frame_cursor *cursor = &machine->cursor;
	struct frame_rule cfa = machine->row.cfa;
	uint64_t number = cfa.number;

	switch (code) {
	case DW_CFA_def_cfa:
		number = cursor_uleb(cursor);
		set_cfa(machine, number, (int64_t)cursor_uleb(cursor));
		return true;
	case DW_CFA_def_cfa_sf:
		number = cursor_uleb(cursor);
		set_cfa(machine, number, factored(machine, cursor_sleb(cursor)));
		return true;
	case DW_CFA_def_cfa_register:
		machine->bad = machine->bad || cfa.how != FRAME_REGISTER;
		set_cfa(machine, cursor_uleb(cursor), cfa.value);
		return true;
	case DW_CFA_def_cfa_offset:
		machine->bad = machine->bad || cfa.how != FRAME_REGISTER;
		set_cfa(machine, number, (int64_t)cursor_uleb(cursor));
		return true;
	case DW_CFA_def_cfa_offset_sf:
		machine->bad = machine->bad || cfa.how != FRAME_REGISTER;
		set_cfa(machine, number, factored(machine, cursor_sleb(cursor)));
		return true;
	case DW_CFA_def_cfa_expression:
		machine->row.cfa = (struct frame_rule){narrow(machine, expression(machine)),
						       FRAME_IS_EXPRESSION, 0};
		return true;
	}
	return false;
}

/* Those of a register's rule. False: it is none. */
static bool run_register(struct machine *machine, uint8_t code)
{
	struct frame_cursor *cursor = &machine->cursor;
	uint64_t number = cursor_uleb(cursor);

	switch (code) {
	case DW_CFA_offset_extended:
		set(machine, number, FRAME_AT, offset_uleb(machine));
		return true;
	case DW_CFA_offset_extended_sf:
		set(machine, number, FRAME_AT, factored(machine, cursor_sleb(cursor)));
		return true;
	case DW_CFA_GNU_negative_offset_extended:
		set(machine, number, FRAME_AT, factored(machine, -(int64_t)cursor_uleb(cursor)));
		return true;
	case DW_CFA_val_offset:
		set(machine, number, FRAME_IS, offset_uleb(machine));
		return true;
	case DW_CFA_val_offset_sf:
		set(machine, number, FRAME_IS, factored(machine, cursor_sleb(cursor)));
		return true;
	case DW_CFA_restore_extended:
		restore(machine, number);
		return true;
	case DW_CFA_undefined:
		set(machine, number, FRAME_UNDEFINED, 0);
		return true;
	case DW_CFA_same_value:
		set(machine, number, FRAME_SAME, 0);
		return true;
	case DW_CFA_register:
		set(machine, number, FRAME_REGISTER, (int64_t)cursor_uleb(cursor));
		return true;
	case DW_CFA_expression:
		set(machine, number, FRAME_AT_EXPRESSION, expression(machine));
		return true;
	case DW_CFA_val_expression:
		set(machine, number, FRAME_IS_EXPRESSION, expression(machine));
		return true;
	}
	return false;
}

static void advance(struct machine *machine, uint64_t delta)
{
	machine->location += delta * machine->cie->code_align;
}

static void run_one(struct machine *machine)
{
	struct frame_cursor *cursor = &machine->cursor;
	uint8_t code = (uint8_t)cursor_number(cursor, 1);
	uint8_t low = code & 0x3f;

	switch (code & 0xc0) {
	case DW_CFA_advance_loc:
		advance(machine, low);
		return;
	case DW_CFA_offset:
		set(machine, low, FRAME_AT, offset_uleb(machine));
		return;
	case DW_CFA_restore:
		restore(machine, low);
		return;
	}
	switch (code) {
	case DW_CFA_nop:
		return;
	case DW_CFA_set_loc:
		machine->location = cursor_pointer(cursor, machine->cie->encoding, 0);
		return;
	case DW_CFA_advance_loc1:
	case DW_CFA_advance_loc2:
	case DW_CFA_advance_loc4:
		advance(machine, cursor_number(cursor, 1u << (code - DW_CFA_advance_loc1)));
		return;
	case DW_CFA_remember_state:
	case DW_CFA_restore_state:
		remember(machine, code == DW_CFA_restore_state);
		return;
	case DW_CFA_GNU_args_size:
		(void)cursor_uleb(cursor);
		return;
	}
	if (!run_cfa(machine, code) && !run_register(machine, code))
		machine->bad = true;
}

/* Up to what says where the row after that of `address` begins. */
static int run(struct machine *machine, const struct frame_section *section, size_t start,
	       size_t end, uint64_t address)
{
	if (end > start && end - start > PROGRAM_BYTES_MAX)
		return -EBADMSG;
	machine->cursor = frame_cursor(&section->bytes, start, end);
	while (machine->cursor.at < machine->cursor.end && machine->location <= address) {
		run_one(machine);
		if (machine->bad || machine->cursor.bad)
			return -EBADMSG;
	}
	return 0;
}

int frame_row_make(const struct frame_section *section, const struct frame_entry *entry,
		   uint64_t address, struct frame_row *ret_row)
{
	struct machine machine;

	machine.cie = &entry->cie;
	machine.location = entry->start;
	machine.row = (struct frame_row){.signal = entry->cie.signal};
	machine.depth = 0;
	machine.bad = false;
	machine.first = machine.row;
	int error = run(&machine, section, entry->cie.program, entry->cie.program_end, UINT64_MAX);
	machine.first = machine.row;
	machine.location = entry->start;
	if (error == 0)
		error = run(&machine, section, entry->program, entry->program_end, address);
	if (error < 0)
		return error;
	if (machine.row.cfa.how != FRAME_REGISTER && machine.row.cfa.how != FRAME_IS_EXPRESSION)
		return -EBADMSG; /* nothing was said */
	*ret_row = machine.row;
	return 0;
}
