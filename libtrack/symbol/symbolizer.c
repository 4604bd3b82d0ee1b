/* SPDX-License-Identifier: Apache-2.0 */
#include <symbol/symbolizer.h>

#include "module.h"
#include "perf_map.h"

#include <base/perf_map.h>

#include <errno.h>
#include <libelf.h>
#include <stdlib.h>
#include <unistd.h>

struct symbolizer {
	struct symbol_module **modules;
	size_t count;
	size_t capacity;
	struct strings strings;
	struct search search;
};

int symbolizer_create(const struct symbol_search *search, struct symbolizer **ret_symbolizer)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOTSUP;
	struct symbolizer *symbolizer = calloc(1, sizeof(*symbolizer));
	if (symbolizer == NULL)
		return -ENOMEM;
	int error = search_init(&symbolizer->search, search);
	if (error < 0) {
		free(symbolizer);
		return error;
	}
	*ret_symbolizer = symbolizer;
	return 0;
}

void symbolizer_destroy(struct symbolizer *symbolizer)
{
	if (symbolizer == NULL)
		return;
	for (size_t i = 0; i < symbolizer->count; i++)
		symbol_module_destroy(symbolizer->modules[i]);
	free(symbolizer->modules);
	strings_finish(&symbolizer->strings);
	search_finish(&symbolizer->search);
	free(symbolizer);
}

static int reserve(struct symbolizer *symbolizer)
{
	if (symbolizer->count < symbolizer->capacity)
		return 0;
	size_t capacity = symbolizer->capacity ? symbolizer->capacity * 2 : 16;
	struct symbol_module **modules =
		reallocarray(symbolizer->modules, capacity, sizeof(*modules));
	if (modules == NULL)
		return -ENOMEM;
	symbolizer->modules = modules;
	symbolizer->capacity = capacity;
	return 0;
}

int symbolizer_open(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
		    size_t build_id_bytes, struct symbol_module **ret_module)
{
	char *file;

	for (size_t i = 0; i < symbolizer->count; i++) {
		if (symbol_module_is(symbolizer->modules[i], path, build_id, build_id_bytes)) {
			*ret_module = symbolizer->modules[i];
			return 0;
		}
	}
	int result = reserve(symbolizer);
	if (result == 0)
		result = search_module(&symbolizer->search, path, build_id, build_id_bytes, &file);
	if (result < 0)
		return result;
	struct symbol_module **slot = &symbolizer->modules[symbolizer->count];
	result = symbol_module_create(path, build_id, build_id_bytes, file, &symbolizer->search,
				      &symbolizer->strings, slot);
	free(file);
	if (result < 0)
		return result;
	symbolizer->count++;
	*ret_module = *slot;
	return 0;
}

int symbolizer_map_frames(struct symbolizer *symbolizer, const char *path,
			  const uint64_t *addresses, size_t count, struct symbol_frame *ret_frames)
{
	int fd;
	int error = perf_map_open(symbolizer->search.sysroot, path, &fd);

	if (error < 0)
		return error;
	error = perf_map_frames(fd, addresses, count, &symbolizer->strings, ret_frames);
	close(fd);
	return error;
}
