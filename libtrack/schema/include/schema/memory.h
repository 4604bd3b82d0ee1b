/* SPDX-License-Identifier: Apache-2.0 */
/* All memory of what a file says, given back at once. */
#ifndef SCHEMA_MEMORY_H
#define SCHEMA_MEMORY_H

#include <stddef.h>

struct schema_memory;

/* Zeroed; NULL if there is none. *memory is NULL at first. */
void *schema_memory_take(struct schema_memory **memory, size_t size);

void schema_memory_free(struct schema_memory *memory);

#endif
