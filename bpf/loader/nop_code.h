/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NOP_CODE_H
#define PROBES_NOP_CODE_H

#include <stdbool.h>

#define NOP_BYTES 5u

/* Whether an instruction of exactly so many bytes does nothing, in any way that one can. */
bool nop_code_is(const unsigned char code[NOP_BYTES]);

#endif
