/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the raw names in a module's sections to readable ones in the symbolizer's pool.
 * Each is made once: raw names are known again by where they lie, which holds as long
 * as the module stays open.
 */
#ifndef SYMBOL_NAMES_H
#define SYMBOL_NAMES_H

#include "strings.h"

struct names {
	struct strings *strings; /* not owned */
	struct u64map functions; /* where the raw name lies -> text in the pool */
	struct u64map files;
};

void names_finish(struct names *names);
/* Demangled. NULL for NULL, an empty name, or without memory. */
const char *names_function(struct names *names, const char *symbol);
/* A tidy path; folder as in path_tidy, and the same for every look at one path. NULL likewise. */
const char *names_file(struct names *names, const char *folder, const char *path);

#endif
