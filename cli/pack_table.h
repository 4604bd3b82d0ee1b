/* SPDX-License-Identifier: Apache-2.0 */
/* A pack as people read it: its classes and what each function does, in columns. */
#ifndef CLI_PACK_TABLE_H
#define CLI_PACK_TABLE_H

#include <pack/pack.h>
#include <stdio.h>

void pack_table_print(FILE *out, const struct pack *pack);

/* A line of a list. */
void pack_table_print_row(FILE *out, const struct pack *pack);

#endif
