/* SPDX-License-Identifier: Apache-2.0 */
#include "go_rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <symbol/functions.h>

bool go_rows_is_file(const struct symbol_functions *symbols)
{
	for (size_t i = 0; i < symbol_functions_count(symbols); i++)
		if (symbol_functions_at(symbols, i)->go)
			return true;
	return false;
}

static int look(const struct symbol_functions *symbols, const struct pack_function *function,
		bool fits, bool *ret_go)
{
	const struct symbol_function **found = NULL;
	size_t count = 0;
	int r = 0;

	*ret_go = false;
	if (function->pattern.text)
		r = symbol_functions_like(symbols, function->pattern.text, &found, &count);
	else if (function->symbol.text && fits)
		r = symbol_functions_named(symbols, function->symbol.text, &found, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		*ret_go |= found[i]->go;
	free(found);
	return r;
}

int go_rows_count(const struct symbol_functions *symbols, const struct pack *pack, bool fits,
		  size_t *ret_count)
{
	int r = 0;

	*ret_count = 0;
	for (size_t i = 0; r == 0 && i < pack->function_count; i++) {
		bool is_go;

		r = look(symbols, &pack->functions[i], fits, &is_go);
		*ret_count += r == 0 && is_go;
	}
	return r;
}
