/* SPDX-License-Identifier: Apache-2.0 */
/* A module with a library of its own, which nobody else sees. */
#include "pack_library.h"

int plugin_copy(void);
int plugin_copy(void)
{
	volatile int copy = packed_copy();

	return copy;
}

/* By a jump: who calls it is then not to be told. */
int plugin_copy_at_once(void);
int plugin_copy_at_once(void)
{
	return packed_copy();
}
