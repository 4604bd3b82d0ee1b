/* SPDX-License-Identifier: Apache-2.0 */
#include "modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int make_room(struct modules *modules)
{
	size_t capacity = modules->capacity != 0 ? modules->capacity * 2 : 16;
	struct trace_module *items;

	if (modules->count < modules->capacity)
		return 0;
	items = realloc(modules->items, capacity * sizeof(*items));
	if (items == NULL)
		return -ENOMEM;
	modules->items = items;
	modules->capacity = capacity;
	return 0;
}

int modules_add(struct modules *modules, const struct trace_module *module)
{
	char *path = strdup(module->path);
	char *build_id = strdup(module->build_id);
	struct trace_module *item;

	if (path == NULL || build_id == NULL || make_room(modules) != 0) {
		free(path);
		free(build_id);
		return -ENOMEM;
	}
	item = &modules->items[modules->count++];
	*item = *module;
	item->path = path;
	item->build_id = build_id;
	item->symbols = NULL;
	return 0;
}

void modules_finish(struct modules *modules)
{
	for (size_t i = 0; i < modules->count; i++) {
		free((char *)modules->items[i].path);
		free((char *)modules->items[i].build_id);
	}
	free(modules->items);
	*modules = (struct modules){0};
}

/* Newest first: what was mapped last is what is there. */
const struct trace_module *modules_find(const struct modules *modules, uint64_t return_address,
					uint64_t time_ns)
{
	uint64_t address = return_address - 1;

	for (size_t i = modules->count; i > 0; i--) {
		const struct trace_module *item = &modules->items[i - 1];

		if (address < item->start || address >= item->end || item->loaded_ns > time_ns)
			continue;
		if (item->unloaded_ns == 0 || time_ns < item->unloaded_ns)
			return item;
	}
	return NULL;
}

struct trace_module *modules_loaded(struct modules *modules, uint64_t bias)
{
	for (size_t i = modules->count; i > 0; i--) {
		struct trace_module *item = &modules->items[i - 1];

		if (item->bias == bias && item->unloaded_ns == 0)
			return item;
	}
	return NULL;
}

int modules_locate(const struct modules *modules, struct trace *trace, uint64_t return_address,
		   uint64_t time_ns, int64_t *ret_location)
{
	const struct trace_module *module = modules_find(modules, return_address, time_ns);

	if (module == NULL)
		return trace_location(trace, "", "", return_address, ret_location);
	return trace_location(trace, module->path, module->build_id, return_address - module->bias,
			      ret_location);
}
