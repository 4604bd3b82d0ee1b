/* SPDX-License-Identifier: Apache-2.0 */
/* One module: its file, and what is known about its addresses. */
#ifndef SYMBOL_MODULE_H
#define SYMBOL_MODULE_H

#include "search.h"
#include "strings.h"

#include <stdbool.h>
#include <symbol/symbolizer.h>

/*
 * path and build-id are what it is known by, file is where it was found. Nothing is read
 * before the first address. search and strings must outlive the module. -ENOMEM.
 */
int symbol_module_create(const char *path, const uint8_t *build_id, size_t build_id_bytes,
			 const char *file, const struct search *search, struct strings *strings,
			 struct symbol_module **ret_module);
void symbol_module_destroy(struct symbol_module *module);
bool symbol_module_is(const struct symbol_module *module, const char *path, const uint8_t *build_id,
		      size_t build_id_bytes);

#endif
