/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a fuzzer's input becomes a file and a snapshot: this head, `words` numbers of which each is a
 * word of the stack, and the file, or a section of it. A number below UNWIND_STACK is an offset in
 * the code, else one in the stack.
 */
#include <stdint.h>

enum unwind_mode { UNWIND_RAW, UNWIND_EH, UNWIND_DEBUG, UNWIND_HEADER, UNWIND_MODES };

#define UNWIND_STACK 0x8000u

struct unwind_input {
	uint8_t mode;
	uint8_t depth;
	uint16_t ip;
	uint16_t words;
	uint16_t registers[16];
};
