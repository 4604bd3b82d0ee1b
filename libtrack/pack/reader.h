/* SPDX-License-Identifier: Apache-2.0 */
/* A text in YAML into structs, by a schema. */
#ifndef PACK_READER_H
#define PACK_READER_H

#include <pack/errors.h>
#include <stddef.h>

#include "memory.h"
#include "schema.h"

/*
 * into: a zeroed struct of the schema; what it points to is taken from memory. 0, -EINVAL if the
 * text is no YAML at all or was not read to its end (said in errors), or -ENOMEM. What else is
 * wrong is in errors, and left out of the struct.
 */
int reader_read(const void *bytes, size_t size, const struct schema *schema, void *into,
		struct pack_memory **memory, struct pack_errors *errors);

/* Adds "WHAT 'NAME' is unknown; did you mean 'near'? PLURAL are: a, b". */
void reader_complain_word(struct pack_errors *errors, unsigned line, const struct pack_words *words,
			  const char *name);

#endif
