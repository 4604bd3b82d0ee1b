/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed all at once, with the report that it belongs to. */
#ifndef REPORT_ARENA_H
#define REPORT_ARENA_H

#include <stddef.h>

struct arena;

int arena_create(struct arena **ret_arena);
void arena_destroy(struct arena *arena);

/* Zeroed. NULL without memory. */
void *arena_allocate(struct arena *arena, size_t count, size_t size);

/* A text of its own; NULL without memory. */
const char *arena_print(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A copy as clean UTF-8; NULL for NULL. -ENOMEM. */
int arena_text(struct arena *arena, const char *text, const char **ret_text);

#endif
