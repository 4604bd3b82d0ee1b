/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_WRITTEN_H
#define PROBES_WRITTEN_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stddef.h>

#define WRITTEN_HISTORY 8 /* instructions in which a switch computes where to jump */

/* Written registers of the last instructions, by how: enough to know a switch. */
struct written {
	x86_reg registers[WRITTEN_HISTORY];
	bool by_addition[WRITTEN_HISTORY];
	size_t count;
};

void written_add(struct written *written, const cs_insn *instruction);

/* A switch adds a number of its table to where the table is. */
bool written_by_addition(const struct written *written, x86_reg reg);

#endif
