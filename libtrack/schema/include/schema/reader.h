/* SPDX-License-Identifier: Apache-2.0 */
/* A text in YAML into structs, by a schema. */
#ifndef SCHEMA_READER_H
#define SCHEMA_READER_H

#include <schema/errors.h>
#include <schema/memory.h>
#include <schema/schema.h>
#include <stddef.h>

/*
 * into: a zeroed struct of the schema; what it points to is taken from memory. 0, -EINVAL if the
 * text is no YAML at all or was not read to its end (said in errors), or -ENOMEM. What else is
 * wrong is in errors, and left out of the struct.
 */
int schema_read(const void *bytes, size_t size, const struct schema *schema, void *into,
		struct schema_memory **memory, struct schema_errors *errors);

#endif
