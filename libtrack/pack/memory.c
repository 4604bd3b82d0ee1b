/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdlib.h>

struct pack_memory {
	_Alignas(max_align_t) struct pack_memory *next;
};

void *pack_memory_take(struct pack_memory **memory, size_t size)
{
	struct pack_memory *block;

	if (size > (size_t)1 << 30)
		return NULL;
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		return NULL;
	block->next = *memory;
	*memory = block;
	return block + 1;
}

void pack_memory_free(struct pack_memory *memory)
{
	while (memory) {
		struct pack_memory *next = memory->next;

		free(memory);
		memory = next;
	}
}
