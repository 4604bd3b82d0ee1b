/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns over readable names: '*' is any text, all else is itself. */
#ifndef SYMBOL_NAME_PATTERN_H
#define SYMBOL_NAME_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

bool name_matches(const char *name, const char *pattern);

/*
 * An identifier of the pattern that the linker's name of whatever matches has in it as it is, so
 * that most names need not be demangled. Returns its length, 0: there is none.
 */
size_t name_pattern_literal(const char *pattern, const char **ret_literal);

#endif
