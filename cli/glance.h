/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One look by probes at a process that nobody records: where its threads stand, in a folder of
 * spools of its own. What goes wrong is said here.
 */
#ifndef CLI_GLANCE_H
#define CLI_GLANCE_H

#include <stdint.h>

#include "run_folder.h"

struct options;

/* ret_folder: to be removed, if it succeeds. 0 or -errno. */
int glance_take(const struct options *options, int32_t pid, struct run_folder *ret_folder);

#endif
