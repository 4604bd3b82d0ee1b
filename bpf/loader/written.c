/* SPDX-License-Identifier: Apache-2.0 */
#include "written.h"

/* Positions of a register's lower halves are those of the whole. */
static x86_reg whole_register(x86_reg reg)
{
	static const struct {
		x86_reg half;
		x86_reg whole;
	} halves[] = {
		{X86_REG_EAX, X86_REG_RAX},  {X86_REG_EBX, X86_REG_RBX},
		{X86_REG_ECX, X86_REG_RCX},  {X86_REG_EDX, X86_REG_RDX},
		{X86_REG_ESI, X86_REG_RSI},  {X86_REG_EDI, X86_REG_RDI},
		{X86_REG_EBP, X86_REG_RBP},  {X86_REG_R8D, X86_REG_R8},
		{X86_REG_R9D, X86_REG_R9},   {X86_REG_R10D, X86_REG_R10},
		{X86_REG_R11D, X86_REG_R11}, {X86_REG_R12D, X86_REG_R12},
		{X86_REG_R13D, X86_REG_R13}, {X86_REG_R14D, X86_REG_R14},
		{X86_REG_R15D, X86_REG_R15},
	};

	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++)
		if (halves[i].half == reg)
			return halves[i].whole;
	return reg;
}

void written_add(struct written *written, const cs_insn *instruction)
{
	const cs_x86 *x86 = &instruction->detail->x86;
	const cs_x86_op *first = &x86->operands[0];

	if (x86->op_count == 0 || first->type != X86_OP_REG || !(first->access & CS_AC_WRITE))
		return;
	written->registers[written->count % WRITTEN_HISTORY] = whole_register(first->reg);
	written->by_addition[written->count % WRITTEN_HISTORY] =
		instruction->id == X86_INS_ADD && x86->operands[1].type == X86_OP_REG;
	written->count++;
}

bool written_by_addition(const struct written *written, x86_reg reg)
{
	for (size_t i = written->count; i > 0 && written->count - i < WRITTEN_HISTORY; i--)
		if (written->registers[(i - 1) % WRITTEN_HISTORY] == reg)
			return written->by_addition[(i - 1) % WRITTEN_HISTORY];
	return false;
}
