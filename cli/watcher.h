/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes of a recording, with the packs that they go by. What goes wrong is said by who asks:
 * watcher_error.
 */
#ifndef CLI_WATCHER_H
#define CLI_WATCHER_H

#include <errno.h>
#include <probes/probes.h>

#include "pack_set.h"

struct options;
struct program;

/* A zeroed struct watches nothing. */
struct watcher {
	struct probes *probes;
	struct pack_set packs;
};

/* What is wrong with a pack was said: there is nothing to fall back to. */
#define WATCHER_TOLD (-EBADMSG)

/* folder: of the spools. with_shim: beside it. -errno: watcher_error says why; or WATCHER_TOLD. */
int watcher_create(const struct options *options, const char *folder, bool with_shim,
		   struct watcher *ret_watcher);

/* The functions of the program, and of what it is loaded with, before it starts. */
int watcher_expect(const struct watcher *watcher, const struct program *program);

/* Of the last call that failed, a sentence. */
const char *watcher_error(const struct watcher *watcher);

/* It watches nothing afterwards. */
void watcher_destroy(struct watcher *watcher);

#endif
