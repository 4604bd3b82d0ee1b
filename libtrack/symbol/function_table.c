/* SPDX-License-Identifier: Apache-2.0 */
#include "function_table.h"

#include "demangle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/elf_place.h>

#define CAPACITY_FIRST 256
#define COVERING_MAX 64 /* functions that begin before one that an offset lies in */

static bool is_partial(const char *name)
{
	static const char *const kinds[] = {".cold", ".part.", ".isra.", ".constprop."};
	const char *clone = demangle_clone(name);

	for (size_t i = 0; clone != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strstr(clone, kinds[i]) != NULL)
			return true;
	return false;
}

static const char *without_version(struct function_table *table, const char *name)
{
	const char *version = strchr(name, '@');

	if (version == NULL || version == name)
		return name;
	char *plain = strndup(name, (size_t)(version - name));
	const char *kept = plain == NULL ? NULL : strings_keep(&table->names, plain);
	free(plain);
	return kept;
}

static int reserve(struct function_table *table)
{
	if (table->count < table->capacity)
		return 0;
	size_t capacity = table->capacity ? table->capacity * 2 : CAPACITY_FIRST;
	struct symbol_function *items = reallocarray(table->items, capacity, sizeof(*items));
	if (items == NULL)
		return -ENOMEM;
	table->items = items;
	table->capacity = capacity;
	return 0;
}

int function_table_add(struct function_table *table, const char *name, uint64_t address,
		       uint64_t size)
{
	struct symbol_function function = {.address = address, .size = size};
	uint64_t left;

	if (name[0] == '\0' || !elf_place_code(table->elf, address, &function.offset, &left))
		return 0;
	int error = reserve(table);
	if (error < 0)
		return error;
	function.name = without_version(table, name);
	if (function.name == NULL)
		return -ENOMEM;
	function.partial = is_partial(function.name);
	if (function.size > left)
		function.size = left;
	table->items[table->count++] = function;
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct symbol_function *a = left, *b = right;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* What has no size reaches to the next function, or as far as code does. */
static void bound_unsized(struct function_table *table)
{
	uint64_t next = UINT64_MAX, current = UINT64_MAX;

	for (size_t i = table->count; i > 0; i--) {
		struct symbol_function *function = &table->items[i - 1];
		uint64_t offset, left;
		if (function->offset != current) {
			next = current;
			current = function->offset;
		}
		if (function->size != 0 ||
		    !elf_place_code(table->elf, function->address, &offset, &left))
			continue;
		function->size = next - current < left ? next - current : left;
	}
}

void function_table_sort(struct function_table *table)
{
	if (table->count == 0)
		return;
	qsort(table->items, table->count, sizeof(*table->items), compare);
	bound_unsized(table);
}

const struct symbol_function *function_table_find(const struct function_table *table,
						  uint64_t offset)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (table->items[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i > 0 && low - i < COVERING_MAX; i--)
		if (offset - table->items[i - 1].offset < table->items[i - 1].size)
			return &table->items[i - 1];
	return NULL;
}

void function_table_finish(struct function_table *table)
{
	free(table->items);
	strings_finish(&table->names);
	*table = (struct function_table){0};
}
