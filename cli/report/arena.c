/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <base/text.h>
#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 65536u

struct chunk {
	struct chunk *next;
	size_t used, capacity;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct chunk *chunks;
};

int arena_create(struct arena **ret_arena)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return -ENOMEM;
	*ret_arena = arena;
	return 0;
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	while (arena->chunks) {
		struct chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
	free(arena);
}

void *arena_allocate(struct arena *arena, size_t count, size_t size)
{
	struct chunk *chunk = arena->chunks;
	size_t bytes, capacity;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!chunk || chunk->capacity - chunk->used < bytes) {
		capacity = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
		chunk = calloc(1, sizeof(*chunk) + capacity);
		if (!chunk)
			return NULL;
		chunk->capacity = capacity;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	memory = chunk->bytes + chunk->used;
	chunk->used += bytes;
	return memory;
}

const char *arena_print(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	text = length < 0 ? NULL : arena_allocate(arena, (size_t)length + 1, 1);
	if (!text)
		return NULL;
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

int arena_text(struct arena *arena, const char *text, const char **ret_text)
{
	size_t length, capacity;
	char *copy;

	if (!text) {
		*ret_text = NULL;
		return 0;
	}
	/* One bad byte becomes the three of U+FFFD. */
	length = strlen(text);
	capacity = 3 * length + 1;
	copy = arena_allocate(arena, capacity, 1);
	if (!copy)
		return -ENOMEM;
	text_clean(text, length, copy, capacity);
	*ret_text = copy;
	return 0;
}
