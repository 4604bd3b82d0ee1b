/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_expression.h"

#include <dwarf.h>

#define DEPTH_MAX 32
#define STEPS_MAX 512

struct machine {
	struct frame_cursor cursor;
	const struct frame_values *values;
	uint64_t stack[DEPTH_MAX];
	size_t depth;
	bool bad;
};

static void push(struct machine *machine, uint64_t value)
{
	if (machine->depth == DEPTH_MAX)
		machine->bad = true;
	else
		machine->stack[machine->depth++] = value;
}

/* 0: the top. */
static uint64_t peek(struct machine *machine, size_t below)
{
	if (below >= machine->depth) {
		machine->bad = true;
		return 0;
	}
	return machine->stack[machine->depth - 1 - below];
}

static uint64_t pop(struct machine *machine)
{
	uint64_t top = peek(machine, 0);

	machine->depth -= machine->depth > 0;
	return top;
}

static void push_register(struct machine *machine, uint64_t number, int64_t offset)
{
	uint64_t value = 0;

	if (!machine->values->reg(machine->values->ctx, number, &value))
		machine->bad = true;
	push(machine, value + (uint64_t)offset);
}

static void dereference(struct machine *machine, uint64_t bytes)
{
	uint64_t value = 0;

	if (bytes < 1 || bytes > 8 ||
	    !machine->values->word(machine->values->ctx, pop(machine), &value))
		machine->bad = true;
	else
		push(machine, bytes == 8 ? value : value & ((1ull << bytes * 8) - 1));
}

static void jump(struct machine *machine, bool taken)
{
	struct frame_cursor *cursor = &machine->cursor;
	int64_t delta = cursor_signed(cursor, 2);

	if (!taken || cursor->bad)
		return;
	if (delta < -(int64_t)cursor->at || delta > (int64_t)(cursor->end - cursor->at))
		machine->bad = true;
	else
		cursor->at = (size_t)((int64_t)cursor->at + delta);
}

/* Constants. False: it is none. */
static bool run_constant(struct machine *machine, uint8_t code)
{
	struct frame_cursor *cursor = &machine->cursor;

	if (code >= DW_OP_lit0 && code <= DW_OP_lit31) {
		push(machine, code - DW_OP_lit0);
		return true;
	}
	switch (code) {
	case DW_OP_addr:
		push(machine, cursor_number(cursor, 8));
		return true;
	case DW_OP_const1u:
	case DW_OP_const2u:
	case DW_OP_const4u:
	case DW_OP_const8u:
		push(machine, cursor_number(cursor, 1u << (code - DW_OP_const1u) / 2));
		return true;
	case DW_OP_const1s:
	case DW_OP_const2s:
	case DW_OP_const4s:
	case DW_OP_const8s:
		push(machine, (uint64_t)cursor_signed(cursor, 1u << (code - DW_OP_const1s) / 2));
		return true;
	case DW_OP_constu:
		push(machine, cursor_uleb(cursor));
		return true;
	case DW_OP_consts:
		push(machine, (uint64_t)cursor_sleb(cursor));
		return true;
	}
	return false;
}

/* What takes two values and leaves one. */
static bool run_binary(struct machine *machine, uint8_t code)
{
	uint64_t b = peek(machine, 0), a = peek(machine, 1), result;
	int64_t left = (int64_t)a, right = (int64_t)b;
	unsigned shift = b < 64 ? (unsigned)b : 63;

	/* clang-format off */
	switch (code) {
	case DW_OP_and: result = a & b; break;
	case DW_OP_or: result = a | b; break;
	case DW_OP_xor: result = a ^ b; break;
	case DW_OP_plus: result = a + b; break;
	case DW_OP_minus: result = a - b; break;
	case DW_OP_mul: result = a * b; break;
	case DW_OP_mod: result = b != 0 ? a % b : 0; break;
	case DW_OP_shl: result = b < 64 ? a << shift : 0; break;
	case DW_OP_shr: result = b < 64 ? a >> shift : 0; break;
	case DW_OP_shra: result = (uint64_t)(left >> shift); break;
	case DW_OP_eq: result = left == right; break;
	case DW_OP_ne: result = left != right; break;
	case DW_OP_lt: result = left < right; break;
	case DW_OP_le: result = left <= right; break;
	case DW_OP_gt: result = left > right; break;
	case DW_OP_ge: result = left >= right; break;
	default: return false;
	}
	/* clang-format on */
	(void)pop(machine);
	(void)pop(machine);
	push(machine, result);
	return true;
}

/* What only moves values about. */
static bool run_stack(struct machine *machine, uint8_t code)
{
	uint64_t top = peek(machine, 0);

	switch (code) {
	case DW_OP_dup:
		push(machine, top);
		return true;
	case DW_OP_drop:
		(void)pop(machine);
		return true;
	case DW_OP_over:
		push(machine, peek(machine, 1));
		return true;
	case DW_OP_pick:
		push(machine, peek(machine, cursor_number(&machine->cursor, 1)));
		return true;
	case DW_OP_swap: {
		(void)pop(machine);
		uint64_t below = pop(machine);
		push(machine, top);
		push(machine, below);
		return true;
	}
	case DW_OP_neg:
		push(machine, -pop(machine));
		return true;
	case DW_OP_not:
		push(machine, ~pop(machine));
		return true;
	case DW_OP_plus_uconst:
		push(machine, pop(machine) + cursor_uleb(&machine->cursor));
		return true;
	case DW_OP_deref:
		dereference(machine, 8);
		return true;
	case DW_OP_deref_size:
		dereference(machine, cursor_number(&machine->cursor, 1));
		return true;
	case DW_OP_bra:
		jump(machine, pop(machine) != 0);
		return true;
	}
	return false;
}

static void run_one(struct machine *machine)
{
	struct frame_cursor *cursor = &machine->cursor;
	uint8_t code = (uint8_t)cursor_number(cursor, 1);

	if (code == DW_OP_nop || run_constant(machine, code))
		return;
	if (code >= DW_OP_breg0 && code <= DW_OP_breg31) {
		push_register(machine, code - DW_OP_breg0, cursor_sleb(cursor));
	} else if (code == DW_OP_bregx) {
		uint64_t number = cursor_uleb(cursor);
		push_register(machine, number, cursor_sleb(cursor));
	} else if (code == DW_OP_skip) {
		jump(machine, true);
	} else if (!run_stack(machine, code) && !run_binary(machine, code)) {
		machine->bad = true;
	}
}

bool frame_expression(const struct frame_bytes *section, size_t at, const uint64_t *initial,
		      const struct frame_values *values, uint64_t *ret_result)
{
	struct machine machine = {.values = values};

	machine.cursor = frame_cursor(section, at, section->bytes);
	uint64_t bytes = cursor_uleb(&machine.cursor);
	if (machine.cursor.bad || bytes > machine.cursor.end - machine.cursor.at)
		return false;
	machine.cursor.end = machine.cursor.at + (size_t)bytes;
	if (initial != NULL)
		push(&machine, *initial);
	for (size_t i = 0; machine.cursor.at < machine.cursor.end; i++) {
		if (i == STEPS_MAX)
			return false;
		run_one(&machine);
		if (machine.bad || machine.cursor.bad)
			return false;
	}
	*ret_result = pop(&machine);
	return !machine.bad;
}
