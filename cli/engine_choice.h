/* SPDX-License-Identifier: Apache-2.0 */
/* Which engine records a program: it is tried, chosen, and said. */
#ifndef CLI_ENGINE_CHOICE_H
#define CLI_ENGINE_CHOICE_H

#include "engine.h"

struct options;
struct watcher;

/*
 * folder: of the spools. ret_watcher: what probes go by, if they have a part. 0 or -errno: then it
 * was said.
 */
int engine_choice_make(const struct options *options, const struct program *program,
		       const char *folder, struct watcher *ret_watcher, enum engine *ret_engine);

#endif
