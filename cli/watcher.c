/* SPDX-License-Identifier: Apache-2.0 */
#include "watcher.h"

#include <errno.h>
#include <stdlib.h>

#include "dependencies.h"
#include "options.h"
#include "program.h"

int watcher_create(const struct options *options, const char *folder, bool with_shim,
		   struct watcher *ret_watcher)
{
	struct watcher watcher = {.probes = NULL};
	struct probes_options wanted = {
		.folder = folder,
		.cap_bytes = options->cap_bytes,
		.ring_bytes = options->ring_bytes,
		.stack_depth = options->stack_depth,
		.cgroup = options->cgroup,
		.beside_shim = with_shim,
	};
	int r = pack_set_load(options, with_shim, &watcher.packs);

	if (r < 0)
		return r == -ENOMEM ? r : WATCHER_TOLD;
	wanted.packs = watcher.packs.items;
	wanted.pack_count = watcher.packs.count;
	r = probes_create(&wanted, &watcher.probes);
	if (r < 0)
		pack_set_free(&watcher.packs);
	else
		*ret_watcher = watcher;
	return r;
}

int watcher_expect(const struct watcher *watcher, const struct program *program)
{
	struct dependencies needed = {.count = 0};
	const char **paths;
	size_t count = 0;
	int r;

	/* A loader that cannot list them leaves the libraries to be seen when they are mapped. */
	if (program->loader[0])
		dependencies_list(program->loader, program->path, &needed);
	paths = calloc(needed.count + 1, sizeof(*paths));
	for (size_t i = 0; paths && i < needed.count; i++)
		if (needed.items[i].path[0])
			paths[count++] = needed.items[i].path;
	r = paths ? probes_expect(watcher->probes, program->path, paths, count) : -ENOMEM;
	free(paths);
	dependencies_free(&needed);
	return r;
}

const char *watcher_error(const struct watcher *watcher)
{
	return probes_error(watcher->probes);
}

void watcher_destroy(struct watcher *watcher)
{
	probes_destroy(watcher->probes);
	pack_set_free(&watcher->packs);
	watcher->probes = NULL;
}
