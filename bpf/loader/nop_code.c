/* SPDX-License-Identifier: Apache-2.0 */
#include "nop_code.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SIB 4 /* in place of a base */
#define NO_BASE 5
#define NO_INDEX 4

/* What an instruction says of its operands. */
struct operands {
	uint8_t rex;
	uint8_t mode, reg, base;
	bool has_index;
	size_t bytes; /* of ModRM, SIB and displacement */
	uint32_t displacement;
};

/* False: not all of it lies within the bytes. */
static bool read_operands(const unsigned char *code, size_t left, struct operands *operands)
{
	static const uint8_t displacements[] = {0, 1, 4, 0};
	size_t at = 1;

	if (left < 1)
		return false;
	operands->mode = code[0] >> 6;
	operands->reg = (code[0] >> 3 & 7) | (operands->rex & 4) << 1;
	uint8_t base = code[0] & 7;
	bool has_sib = operands->mode != 3 && base == SIB;
	if (has_sib) {
		if (left < 2)
			return false;
		base = code[1] & 7;
		operands->has_index = (code[1] >> 3 & 7) != NO_INDEX || operands->rex & 2;
		at++;
	}
	size_t bytes = displacements[operands->mode];
	if (operands->mode == 0 && base == NO_BASE)
		bytes = 4;
	if (left - at < bytes)
		return false;
	memcpy(&operands->displacement, code + at, bytes);
	operands->base = base | (operands->rex & 1) << 3;
	operands->bytes = at + bytes;
	return true;
}

/* It computes a register out of itself. */
static bool is_same(const struct operands *operands)
{
	return operands->mode != 3 && operands->base == operands->reg && !operands->has_index &&
	       operands->displacement == 0 && !(operands->mode == 0 && operands->bytes > 4);
}

bool nop_code_is(const unsigned char code[NOP_BYTES])
{
	static const uint8_t prefixes[] = {0x66, 0x67, 0x2e, 0x3e, 0x26,
					   0x36, 0x64, 0x65, 0xf2, 0xf3};
	struct operands operands = {0};
	size_t at = 0;

	while (at < NOP_BYTES - 1 && memchr(prefixes, code[at], sizeof(prefixes)))
		at++;
	if (at < NOP_BYTES - 1 && (code[at] & 0xf0) == 0x40)
		operands.rex = code[at++];
	uint8_t opcode = code[at++];
	if (opcode == 0x90)
		return at == NOP_BYTES && !(operands.rex & 1);
	bool is_long = opcode == 0x0f && at < NOP_BYTES && code[at] == 0x1f;
	at += is_long;
	if (!read_operands(code + at, NOP_BYTES - at, &operands) ||
	    at + operands.bytes != NOP_BYTES)
		return false;
	if (opcode == 0x8d)
		return is_same(&operands);
	if (opcode == 0x89 || opcode == 0x8b)
		return operands.mode == 3 && operands.base == operands.reg;
	return is_long;
}
