/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lifetime bugs that the stack can be told to have, by name: what differs between the right and
 * the wrong form is one line where a fault is asked for. faults.def has a row for each.
 */
#ifndef RUN_FAULT_H
#define RUN_FAULT_H

#include <stdbool.h>

enum fault {
#define DC_FAULT(id, name, where, what) FAULT_##id,
#include "faults.def"
#undef DC_FAULT
	FAULT_COUNT,
	FAULT_NONE = FAULT_COUNT
};

bool fault_on(enum fault fault);
void fault_switch(enum fault fault, bool on); /* for the whole process */
int fault_set(const char *name);	      /* -ENOENT */
bool fault_is_ordinary(enum fault fault);     /* an ordinary session has it */
const char *fault_name(enum fault fault);
const char *fault_what(enum fault fault);

#endif
