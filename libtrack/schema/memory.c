/* SPDX-License-Identifier: Apache-2.0 */
#include <schema/memory.h>

#include <stdlib.h>

struct schema_memory {
	_Alignas(max_align_t) struct schema_memory *next;
};

void *schema_memory_take(struct schema_memory **memory, size_t size)
{
	struct schema_memory *block;

	if (size > (size_t)1 << 30)
		return NULL;
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		return NULL;
	block->next = *memory;
	*memory = block;
	return block + 1;
}

void schema_memory_free(struct schema_memory *memory)
{
	while (memory) {
		struct schema_memory *next = memory->next;

		free(memory);
		memory = next;
	}
}
