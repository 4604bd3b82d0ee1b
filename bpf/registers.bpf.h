/* SPDX-License-Identifier: Apache-2.0 */
/* A thread's registers, as unwinding numbers them. */
#ifndef REGISTERS_BPF_H
#define REGISTERS_BPF_H

INLINE void registers_fill(struct probe_registers *registers, const struct pt_regs *regs)
{
	registers->dwarf[0] = regs->ax;
	registers->dwarf[1] = regs->dx;
	registers->dwarf[2] = regs->cx;
	registers->dwarf[3] = regs->bx;
	registers->dwarf[4] = regs->si;
	registers->dwarf[5] = regs->di;
	registers->dwarf[6] = regs->bp;
	registers->dwarf[7] = regs->sp;
	registers->dwarf[8] = regs->r8;
	registers->dwarf[9] = regs->r9;
	registers->dwarf[10] = regs->r10;
	registers->dwarf[11] = regs->r11;
	registers->dwarf[12] = regs->r12;
	registers->dwarf[13] = regs->r13;
	registers->dwarf[14] = regs->r14;
	registers->dwarf[15] = regs->r15;
	registers->ip = regs->ip;
}

#endif
