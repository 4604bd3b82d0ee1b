/* SPDX-License-Identifier: Apache-2.0 */
/* One module: its file, and what is known about its addresses. */
#ifndef SYMBOL_MODULE_H
#define SYMBOL_MODULE_H

#include "strings.h"

#include <stdbool.h>
#include <symbol/symbolizer.h>

/* Nothing is read before the first address. strings must outlive the module. -ENOMEM. */
int symbol_module_create(const char *path, const uint8_t *build_id, size_t build_id_bytes,
			 struct strings *strings, struct symbol_module **ret_module);
void symbol_module_destroy(struct symbol_module *module);
bool symbol_module_is(const struct symbol_module *module, const char *path, const uint8_t *build_id,
		      size_t build_id_bytes);

#endif
