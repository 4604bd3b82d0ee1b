/* SPDX-License-Identifier: Apache-2.0 */
/* All memory of one pack, given back at once. */
#ifndef PACK_MEMORY_H
#define PACK_MEMORY_H

#include <stddef.h>

struct pack_memory;

/* Zeroed; NULL if there is none. *memory is NULL at first. */
void *pack_memory_take(struct pack_memory **memory, size_t size);

void pack_memory_free(struct pack_memory *memory);

#endif
