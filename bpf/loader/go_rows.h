/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of a pack that Go compiled. They take their arguments in registers of their own, go on
 * in another thread, and begin once more when their stack grew: they are not for rows.
 */
#ifndef PROBES_GO_ROWS_H
#define PROBES_GO_ROWS_H

#include <pack/pack.h>
#include <stdbool.h>
#include <stddef.h>

struct symbol_functions;

/* Whether there are any in the file. */
bool go_rows_is_file(const struct symbol_functions *symbols);

/*
 * How many rows name one; fits: those that go by symbols are looked for also. 0 or -ENOMEM.
 */
int go_rows_count(const struct symbol_functions *symbols, const struct pack *pack, bool fits,
		  size_t *ret_count);

#endif
