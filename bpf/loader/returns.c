/* SPDX-License-Identifier: Apache-2.0 */
#include "returns.h"
#include "written.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RANGES_MAX 64		   /* parts and functions that one is followed into */
#define RANGE_BYTES_MAX (1u << 20) /* of each */
#define OFFSETS_MAX 65536	   /* returns or jumps of one function */
#define PREFIX_NOTRACK 0x3e	   /* compilers give it to the jumps of switches only */
#define CFA_OF_CALLER 8		   /* CFA - sp where a function has nothing on its stack */

struct returns_file {
	int fd;
	const struct symbol_functions *functions;
	struct unwind_file *frames;
	csh disassembler;
	cs_insn *instruction;
};

struct range {
	uint64_t start;
	uint64_t end;
};

enum mark {
	MARK_NONE,
	MARK_BEGIN, /* of an instruction */
	MARK_INSIDE
};

/* A function or a part of one, and what of it is known to be instructions. */
struct part {
	struct range range;
	uint8_t *code;
	uint8_t *marks;
	bool is_swept; /* some of it is reached in ways that are not seen */
};

struct search {
	struct returns_file *file;
	struct part parts[RANGES_MAX];
	size_t part_count;
	uint64_t *targets; /* still to be looked at */
	size_t target_count;
	size_t target_capacity;
	struct written written;
	bool is_alone; /* nothing but the first part is looked at */
	bool sweeps;
	bool torn; /* two readings of the same bytes: none is to be trusted */
	struct returns returns;
	size_t capacity;
	size_t leave_capacity;
};

static bool open_disassembler(struct returns_file *file)
{
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &file->disassembler) != CS_ERR_OK)
		return false;
	if (cs_option(file->disassembler, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK)
		return false;
	file->instruction = cs_malloc(file->disassembler);
	return file->instruction != NULL;
}

int returns_open(const char *path, const struct symbol_functions *functions,
		 struct unwinder *unwinder, struct returns_file **ret_file)
{
	struct returns_file *file = calloc(1, sizeof(*file));
	int result = 0;

	if (file == NULL)
		return -ENOMEM;
	file->functions = functions;
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0)
		result = -errno;
	else if (!open_disassembler(file))
		result = -ENOMEM;
	else
		result = unwind_file_open(unwinder, path, &file->frames);
	if (result < 0)
		returns_close(file);
	else
		*ret_file = file;
	return result;
}

void returns_close(struct returns_file *file)
{
	if (file == NULL)
		return;
	if (file->instruction != NULL)
		cs_free(file->instruction, 1);
	if (file->disassembler != 0)
		cs_close(&file->disassembler);
	if (file->fd >= 0)
		close(file->fd);
	unwind_file_close(file->frames);
	free(file);
}

static bool holds(const struct range *range, uint64_t offset)
{
	return offset >= range->start && offset < range->end;
}

/* The function, or the part of one, that an offset lies in. */
static bool find_range(const struct returns_file *file, uint64_t offset, struct range *ret_range)
{
	const struct symbol_function *function = symbol_functions_find(file->functions, offset);

	if (function != NULL) {
		*ret_range = (struct range){function->offset, function->offset + function->size};
		return true;
	}
	return unwind_file_code(file->frames, offset, &ret_range->start, &ret_range->end) == 0;
}

static int add_offset(uint64_t **offsets, size_t *count, size_t *capacity, uint64_t offset)
{
	if (*count == OFFSETS_MAX)
		return -E2BIG;
	if (*count == *capacity) {
		size_t wanted = *capacity ? *capacity * 2 : 8;
		uint64_t *grown = reallocarray(*offsets, wanted, sizeof(**offsets));
		if (grown == NULL)
			return -ENOMEM;
		*offsets = grown;
		*capacity = wanted;
	}
	(*offsets)[(*count)++] = offset;
	return 0;
}

/* A jump that may not be taken is no end: to look there would be too early. */
static int add_leave(struct search *search, const cs_insn *instruction)
{
	struct returns *returns = &search->returns;

	returns->lost = true;
	if (instruction->id != X86_INS_JMP) {
		returns->blind = true;
		return 0;
	}
	return add_offset(&returns->leaves, &returns->leave_count, &search->leave_capacity,
			  instruction->address);
}

/* A stub of the linker's: nothing but a jump to where another file's function is found. */
static bool leads_out(const struct search *search, uint64_t target)
{
	static const uint8_t mark[] = {0xf3, 0x0f, 0x1e, 0xfa}; /* endbr64 */
	uint8_t code[16], *at = code;

	if (target > INT64_MAX ||
	    pread(search->file->fd, code, sizeof(code), (off_t)target) != (ssize_t)sizeof(code))
		return false;
	if (memcmp(at, mark, sizeof(mark)) == 0)
		at += sizeof(mark);
	at += *at == 0xf2; /* bnd */
	return at[0] == 0xff && at[1] == 0x25;
}

static struct part *part_of(struct search *search, uint64_t offset)
{
	for (size_t i = 0; i < search->part_count; i++)
		if (holds(&search->parts[i].range, offset))
			return &search->parts[i];
	return NULL;
}

static int add_part(struct search *search, struct range range)
{
	struct part *part = &search->parts[search->part_count];
	size_t bytes = range.end - range.start;

	*part = (struct part){.range = range,
			      .code = malloc(bytes),
			      .marks = calloc(bytes, 1),
			      .is_swept = search->sweeps};
	search->part_count++;
	if (part->code == NULL || part->marks == NULL)
		return -ENOMEM;
	if (range.start > INT64_MAX ||
	    pread(search->file->fd, part->code, bytes, (off_t)range.start) != (ssize_t)bytes)
		return -EBADMSG;
	part->is_swept |= unwind_file_has_handlers(search->file->frames, range.start);
	return 0;
}

static int add_target(struct search *search, uint64_t offset)
{
	return add_offset(&search->targets, &search->target_count, &search->target_capacity,
			  offset);
}

/* What lies at a jump's target returns for the function too. */
static int follow(struct search *search, const cs_insn *instruction, uint64_t target)
{
	struct range range;

	if (part_of(search, target) != NULL)
		return add_target(search, target);
	if (search->is_alone)
		return 0;
	if (leads_out(search, target) || search->part_count == RANGES_MAX ||
	    !find_range(search->file, target, &range) || range.end - range.start > RANGE_BYTES_MAX)
		return add_leave(search, instruction);
	int error = add_part(search, range);
	if (error == -EBADMSG) {
		search->torn = true;
		return 0;
	}
	return error < 0 ? error : add_target(search, target);
}

/* A jump through a register or a word: of a switch, or out of the function. */
static bool stays_inside(const struct search *search, const cs_insn *instruction)
{
	const cs_x86 *x86 = &instruction->detail->x86;
	const cs_x86_op *to = &x86->operands[0];
	uint32_t cfa_offset = CFA_OF_CALLER;
	int error = unwind_file_cfa_offset(search->file->frames, instruction->address, &cfa_offset);

	/* With something of its own on the stack, nothing else can return for it. */
	if (error == -ERANGE || cfa_offset != CFA_OF_CALLER)
		return true;
	if (x86->prefix[1] == PREFIX_NOTRACK)
		return true;
	return to->type == X86_OP_REG && written_by_addition(&search->written, to->reg);
}

static bool is_end(const cs_insn *instruction)
{
	static const unsigned int ends[] = {
		X86_INS_RET,   X86_INS_RETF, X86_INS_RETFQ, X86_INS_IRET,   X86_INS_IRETD,
		X86_INS_IRETQ, X86_INS_JMP,  X86_INS_LJMP,  X86_INS_SYSRET, X86_INS_SYSEXIT,
		X86_INS_UD2,   X86_INS_UD0,  X86_INS_HLT,   X86_INS_INT3,
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (instruction->id == ends[i])
			return true;
	return false;
}

/* A call of the function's own inside takes a return address for something else. */
static void look_at_call(struct search *search, const struct part *part, const cs_insn *instruction)
{
	const cs_x86_op *to = &instruction->detail->x86.operands[0];

	if (to->type == X86_OP_IMM && (uint64_t)to->imm != part->range.start &&
	    holds(&part->range, (uint64_t)to->imm))
		search->torn = true;
}

static int look_at(struct search *search, struct part *part, const cs_insn *instruction)
{
	const cs_x86 *x86 = &instruction->detail->x86;
	csh disassembler = search->file->disassembler;
	int error = 0;

	if (instruction->id == X86_INS_RET)
		return add_offset(&search->returns.offsets, &search->returns.count,
				  &search->capacity, instruction->address);
	if (cs_insn_group(disassembler, instruction, CS_GRP_CALL)) {
		look_at_call(search, part, instruction);
	} else if (x86->op_count > 0 &&
		   (cs_insn_group(disassembler, instruction, CS_GRP_JUMP) ||
		    cs_insn_group(disassembler, instruction, CS_GRP_BRANCH_RELATIVE))) {
		if (x86->operands[0].type == X86_OP_IMM) {
			error = follow(search, instruction, (uint64_t)x86->operands[0].imm);
		} else {
			part->is_swept = true;
			if (!stays_inside(search, instruction))
				error = add_leave(search, instruction);
		}
	}
	written_add(&search->written, instruction);
	return error;
}

/* False: some of these bytes belong to another instruction. */
static bool mark(struct part *part, size_t at, size_t bytes)
{
	for (size_t i = 1; i < bytes; i++)
		if (part->marks[at + i] != MARK_NONE)
			return false;
	part->marks[at] = MARK_BEGIN;
	memset(part->marks + at + 1, MARK_INSIDE, bytes - 1);
	return true;
}

/* Code that runs on into what is behind its part, but for a call that never returns. */
static int run_on(struct search *search, const struct part *part, const cs_insn *last)
{
	if (cs_insn_group(search->file->disassembler, last, CS_GRP_CALL) || search->sweeps)
		return 0;
	return follow(search, last, part->range.end);
}

/* From a place on until it ends, or comes to what was looked at before. */
static int read_from(struct search *search, struct part *part, uint64_t address)
{
	struct returns_file *file = search->file;
	const cs_insn *instruction = file->instruction;

	search->written.count = 0;
	while (!search->torn) {
		size_t at = address - part->range.start, left = part->range.end - address;
		const uint8_t *code = part->code + at;
		if (left == 0)
			return run_on(search, part, instruction);
		if (part->marks[at] == MARK_BEGIN)
			return 0;
		search->torn = part->marks[at] == MARK_INSIDE ||
			       !cs_disasm_iter(file->disassembler, &code, &left, &address,
					       file->instruction) ||
			       !mark(part, at, instruction->size);
		int error = search->torn ? 0 : look_at(search, part, instruction);
		if (error < 0 || is_end(instruction))
			return error;
	}
	return 0;
}

static int read_targets(struct search *search)
{
	int error = 0;

	while (error == 0 && !search->torn && search->target_count > 0) {
		uint64_t target = search->targets[--search->target_count];
		error = read_from(search, part_of(search, target), target);
	}
	return error;
}

/*
 * Where a jump of a switch leads to is not known, nor what an exception does: so what is between
 * known instructions is read too, from behind one that ends. It counts if all of it fits in.
 */
static int sweep(struct search *search, struct part *part)
{
	size_t bytes = part->range.end - part->range.start;
	int error = 0;

	for (size_t at = 0; error == 0 && !search->torn && at < bytes; at++) {
		if (part->marks[at] != MARK_NONE)
			continue;
		error = add_target(search, part->range.start + at);
		if (error == 0)
			error = read_targets(search);
	}
	return error;
}

static int read_all(struct search *search, uint64_t offset)
{
	bool is_new = true;
	int error = add_target(search, offset);

	if (error == 0)
		error = read_targets(search);
	search->sweeps = true;
	while (error == 0 && is_new) {
		is_new = false;
		for (size_t i = 0; error == 0 && i < search->part_count; i++) {
			if (!search->parts[i].is_swept)
				continue;
			search->parts[i].is_swept = false;
			is_new = true;
			error = sweep(search, &search->parts[i]);
		}
	}
	return error;
}

static void finish(struct search *search)
{
	for (size_t i = 0; i < search->part_count; i++) {
		free(search->parts[i].code);
		free(search->parts[i].marks);
	}
	free(search->targets);
}

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Ranges may overlap, where symbols do. */
static void sort(uint64_t *offsets, size_t *count)
{
	size_t kept = 0;

	if (*count == 0)
		return;
	qsort(offsets, *count, sizeof(*offsets), compare);
	for (size_t i = 0; i < *count; i++)
		if (kept == 0 || offsets[i] != offsets[kept - 1])
			offsets[kept++] = offsets[i];
	*count = kept;
}

/* Does what lies there fit the code around it: is it no middle of an instruction? */
static int fits(struct returns_file *file, struct range range, uint64_t offset)
{
	struct search search = {.file = file, .is_alone = true};
	int error = -E2BIG;

	if (range.end - range.start <= RANGE_BYTES_MAX)
		error = add_part(&search, range);
	if (error == 0)
		error = add_target(&search, range.start);
	if (error == 0)
		error = read_targets(&search);
	if (error == 0)
		error = add_target(&search, offset);
	if (error == 0)
		error = read_targets(&search);
	if (error == 0 && search.torn)
		error = -EBADMSG;
	finish(&search);
	returns_finish(&search.returns);
	return error;
}

/* A symbol and the call frame information that say the same are enough. */
int returns_entry(struct returns_file *file, uint64_t offset)
{
	struct range range;

	if (unwind_file_code(file->frames, offset, &range.start, &range.end) == 0)
		return range.start == offset ? 0 : fits(file, range, offset);
	return find_range(file, offset, &range) ? fits(file, range, offset) : -ENOENT;
}

int returns_find(struct returns_file *file, uint64_t offset, struct returns *ret_returns)
{
	struct search search = {.file = file};
	struct range first;
	int error = 0;

	if (!find_range(file, offset, &first) || first.start != offset)
		return -ENOENT;
	if (first.end - first.start > RANGE_BYTES_MAX)
		return -E2BIG;
	error = returns_entry(file, offset);
	if (error == 0)
		error = add_part(&search, first);
	if (error == 0)
		error = read_all(&search, offset);
	if (error == 0 && search.torn)
		error = -EBADMSG;
	finish(&search);
	if (error < 0) {
		returns_finish(&search.returns);
		return error;
	}
	sort(search.returns.offsets, &search.returns.count);
	sort(search.returns.leaves, &search.returns.leave_count);
	*ret_returns = search.returns;
	return 0;
}

void returns_finish(struct returns *returns)
{
	free(returns->offsets);
	free(returns->leaves);
	*returns = (struct returns){0};
}
