/* SPDX-License-Identifier: Apache-2.0 */
#include <symbol/unwind.h>

#include "frame_expression.h"
#include "unwind_space.h"

#include <string.h>

#define WORD_BYTES sizeof(uint64_t)

/* Where a register's value is from, as far as a trail must know. */
enum source {
	SOURCE_KEY = -1,     /* from ip and sp alone, what the trail says, and words noted */
	SOURCE_FOREIGN = -2, /* from other registers too */
	SOURCE_UNKNOWN = -3, /* it has none */
	SOURCE_BP = -4,	     /* what bp was: often no frame pointer, and different each time */
	/* 0 and above: the word at this offset, to be noted when it is used. */
};

struct frame {
	uint64_t at[UNWIND_REGISTERS];
	int64_t source[UNWIND_REGISTERS];
};

struct walk {
	struct unwind_space *space;
	const uint8_t *stack;
	uint64_t stack_start; /* where it was */
	uint64_t stack_bytes;
	struct frame frame;
	struct frame caller;	    /* while it is made */
	bool lost;		    /* some address was in no mapping that is known */
	bool exact;		    /* ip is that of an instruction, not the one behind a call */
	struct unwind_trail *trail; /* NULL: not wanted */
};

enum step { STEP_ON, STEP_END, STEP_CUT };

static void note(struct walk *walk, uint64_t offset, uint64_t value)
{
	struct unwind_trail *trail = walk->trail;

	if (trail == NULL)
		return;
	if (trail->count == UNWIND_TRAIL_MAX) {
		trail->usable = false;
		return;
	}
	trail->words[trail->count++] = (struct unwind_word){(uint32_t)offset, value};
}

/* A word of the snapshot, not noted. False: it has no such word. */
static bool read_word(const struct walk *walk, uint64_t address, uint64_t *ret_value,
		      uint64_t *ret_offset)
{
	uint64_t offset = address - walk->stack_start;

	if (walk->stack_bytes < WORD_BYTES || offset > walk->stack_bytes - WORD_BYTES)
		return false;
	memcpy(ret_value, walk->stack + offset, WORD_BYTES);
	*ret_offset = offset;
	return true;
}

static bool use_word(void *ctx, uint64_t address, uint64_t *ret_value)
{
	uint64_t offset;

	if (!read_word(ctx, address, ret_value, &offset))
		return false;
	note(ctx, offset, *ret_value);
	return true;
}

/* The value of a register, which the stack depends on from now on. */
static bool use_register(void *ctx, uint64_t number, uint64_t *ret_value)
{
	struct walk *walk = ctx;

	if (number >= UNWIND_REGISTERS || walk->frame.source[number] == SOURCE_UNKNOWN)
		return false;
	int64_t source = walk->frame.source[number];
	if (source == SOURCE_FOREIGN && walk->trail != NULL)
		walk->trail->usable = false;
	if (source == SOURCE_BP && walk->trail != NULL)
		walk->trail->takes_bp = true;
	if (source >= 0) {
		note(walk, (uint64_t)source, walk->frame.at[number]);
		walk->frame.source[number] = SOURCE_KEY;
	}
	*ret_value = walk->frame.at[number];
	return true;
}

static bool evaluate(struct walk *walk, const struct frame_bytes *section, int32_t at,
		     const uint64_t *initial, uint64_t *ret_value)
{
	const struct frame_values values = {walk, use_register, use_word};

	return frame_expression(section, (size_t)at, initial, &values, ret_value);
}

static bool find_cfa(struct walk *walk, const struct frame_bytes *section,
		     const struct frame_rule *rule, uint64_t *ret_cfa)
{
	uint64_t base;

	if (rule->how == FRAME_IS_EXPRESSION)
		return evaluate(walk, section, rule->value, NULL, ret_cfa);
	if (!use_register(walk, rule->number, &base))
		return false;
	*ret_cfa = base + (uint64_t)(int64_t)rule->value;
	return true;
}

static void set_caller(struct walk *walk, unsigned number, uint64_t value, int64_t source)
{
	walk->caller.at[number] = value;
	walk->caller.source[number] = source;
}

static void set_from_word(struct walk *walk, unsigned number, uint64_t address)
{
	uint64_t value = 0, offset = 0;
	bool known = read_word(walk, address, &value, &offset);

	set_caller(walk, number, value, known ? (int64_t)offset : SOURCE_UNKNOWN);
}

/* One register of the caller. */
static void restore(struct walk *walk, const struct frame_bytes *section, unsigned number,
		    const struct frame_rule *rule, uint64_t cfa)
{
	uint64_t value;

	switch ((enum frame_how)rule->how) {
	case FRAME_SAME:
		return;
	case FRAME_UNDEFINED:
		break;
	case FRAME_AT:
		set_from_word(walk, number, cfa + (uint64_t)(int64_t)rule->value);
		return;
	case FRAME_IS:
		set_caller(walk, number, cfa + (uint64_t)(int64_t)rule->value, SOURCE_KEY);
		return;
	case FRAME_REGISTER:
		if (rule->value < 0 || rule->value >= UNWIND_REGISTERS)
			break;
		set_caller(walk, number, walk->frame.at[rule->value],
			   walk->frame.source[rule->value]);
		return;
	case FRAME_AT_EXPRESSION:
		if (!evaluate(walk, section, rule->value, &cfa, &value))
			break;
		set_from_word(walk, number, value);
		return;
	case FRAME_IS_EXPRESSION:
		if (!evaluate(walk, section, rule->value, &cfa, &value))
			break;
		set_caller(walk, number, value, SOURCE_KEY);
		return;
	}
	set_caller(walk, number, 0, SOURCE_UNKNOWN);
}

/* The caller is made: go to it. */
static enum step enter_caller(struct walk *walk, bool from_signal)
{
	uint64_t callee_sp, sp, ip;
	bool sp_known = use_register(walk, UNWIND_RSP, &callee_sp);

	walk->frame = walk->caller;
	if (!use_register(walk, UNWIND_IP, &ip))
		return STEP_CUT;
	if (ip == 0)
		return STEP_END;
	/* Stacks grow downward; a handler's may lie anywhere. */
	if (!from_signal && (!sp_known || !use_register(walk, UNWIND_RSP, &sp) || sp <= callee_sp))
		return STEP_CUT;
	walk->exact = from_signal;
	return STEP_ON;
}

static enum step step_by_row(struct walk *walk, const struct frame_bytes *section,
			     const struct frame_row *row)
{
	uint64_t cfa;

	if (row->registers[UNWIND_IP].how == FRAME_UNDEFINED)
		return STEP_END;
	if (!find_cfa(walk, section, &row->cfa, &cfa))
		return STEP_CUT;
	walk->caller = walk->frame;
	set_caller(walk, UNWIND_RSP, cfa, SOURCE_KEY);
	for (uint32_t left = row->changed; left != 0; left &= left - 1) {
		unsigned number = (unsigned)__builtin_ctz(left);
		restore(walk, section, number, &row->registers[number], cfa);
	}
	return enter_caller(walk, row->signal);
}

/*
 * Code that nothing is known of keeps a frame pointer, if it looks so: it leads further up, and
 * the address is of code that is mapped, or the next frame pointer leads up too.
 */
static enum step step_by_frame_pointer(struct walk *walk, bool mapped)
{
	uint64_t sp, bp, ip, caller_bp;

	if (!use_register(walk, UNWIND_RBP, &bp) || !use_register(walk, UNWIND_RSP, &sp))
		return STEP_CUT;
	if (bp == 0 && mapped)
		return STEP_END; /* as a first function sets it */
	if (bp % WORD_BYTES != 0 || bp < sp || !use_word(walk, bp, &caller_bp) ||
	    !use_word(walk, bp + WORD_BYTES, &ip))
		return STEP_CUT;
	bool leads_up = caller_bp > bp && caller_bp - walk->stack_start < walk->stack_bytes;
	if (ip != 0 && !leads_up && unwind_space_find(walk->space, ip - 1) == NULL)
		return STEP_CUT;
	walk->caller = walk->frame;
	set_caller(walk, UNWIND_RBP, caller_bp, SOURCE_KEY);
	set_caller(walk, UNWIND_IP, ip, SOURCE_KEY);
	set_caller(walk, UNWIND_RSP, bp + 2 * WORD_BYTES, SOURCE_KEY);
	return enter_caller(walk, false);
}

/* NULL: nothing is known of this code. */
static const struct frame_row *find_row(const struct unwind_mapping *mapping, uint64_t ip)
{
	uint64_t address;

	if (mapping == NULL || mapping->file == NULL ||
	    !unwind_file_address(mapping->file, ip - mapping->start + mapping->offset, &address))
		return NULL;
	return unwind_file_row(mapping->file, address);
}

/*
 * A stub of a system call that keeps nothing on the stack may say nothing of itself (clone of
 * glibc): then what the stack ends with is the address in its caller, of which all is known.
 */
static bool enter_caller_of_stub(struct walk *walk)
{
	uint64_t sp, ip;

	if (!use_register(walk, UNWIND_RSP, &sp) || !use_word(walk, sp, &ip) || ip == 0 ||
	    find_row(unwind_space_find(walk->space, ip - 1), ip - 1) == NULL)
		return false;
	walk->caller = walk->frame;
	set_caller(walk, UNWIND_IP, ip, SOURCE_KEY);
	set_caller(walk, UNWIND_RSP, sp + WORD_BYTES, SOURCE_KEY);
	return enter_caller(walk, false) == STEP_ON;
}

static enum step step(struct walk *walk)
{
	uint64_t ip = walk->frame.at[UNWIND_IP] - !walk->exact;
	const struct unwind_mapping *mapping = unwind_space_find(walk->space, ip);
	const struct frame_row *row = find_row(mapping, ip);

	walk->lost = walk->lost || mapping == NULL;
	if (row == NULL && walk->exact && mapping != NULL && mapping->file != NULL &&
	    enter_caller_of_stub(walk))
		return STEP_ON;
	if (row == NULL)
		return step_by_frame_pointer(walk, mapping != NULL);
	return step_by_row(walk, &mapping->file->table.section.bytes, row);
}

static void begin(struct walk *walk, const struct unwind_registers *registers)
{
	for (unsigned i = 0; i < UNWIND_REGISTERS; i++) {
		bool key = i == UNWIND_IP || i == UNWIND_RSP;
		walk->frame.at[i] = registers->at[i];
		walk->frame.source[i] = key ? SOURCE_KEY : SOURCE_FOREIGN;
	}
	walk->frame.source[UNWIND_RBP] = SOURCE_BP;
	if (walk->trail != NULL) {
		walk->trail->usable = true;
		walk->trail->takes_bp = false;
		walk->trail->count = 0;
	}
}

size_t unwind_stack(struct unwind_space *space, const struct unwind_registers *registers,
		    const void *stack, size_t bytes, uint64_t *ret_addresses, size_t max,
		    struct unwind_trail *ret_trail, bool *ret_cut)
{
	struct walk walk = {
		.space = space,
		.stack = stack,
		.stack_start = registers->at[UNWIND_RSP],
		.stack_bytes = bytes < UINT32_MAX ? bytes : UINT32_MAX,
		.exact = true,
		.trail = ret_trail,
	};
	enum step found = STEP_ON;
	size_t count = 0;

	begin(&walk, registers);
	while (count < max && found == STEP_ON) {
		ret_addresses[count++] = walk.frame.at[UNWIND_IP];
		if (count < max)
			found = step(&walk);
	}
	*ret_cut = found == STEP_CUT;
	/* Once the mapping is known, more may be found. */
	if (*ret_cut && walk.lost && ret_trail != NULL)
		ret_trail->usable = false;
	return count;
}
