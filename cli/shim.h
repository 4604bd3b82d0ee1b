/* SPDX-License-Identifier: Apache-2.0 */
/* Where libtrack.so is, and the environment that loads it into a program. */
#ifndef CLI_SHIM_H
#define CLI_SHIM_H

#include <limits.h>
#include <stdint.h>

/*
 * RTCTRACK_SHIM, else beside this command in the build tree or where it was
 * installed. -ENOENT: nowhere (ret_path: where it was expected). -EINVAL: its
 * path holds a space or a colon, at which LD_PRELOAD would split it.
 */
int shim_find(char ret_path[PATH_MAX]);

struct shim_environment {
	const char *shim_path;	 /* NULL: do not preload */
	const char *first;	 /* a library that insists on coming first, or "" */
	const char *packs;	 /* behind it: paths with colons between, or "" */
	const char *packs_later; /* TRACK_ENV_PACKS for what it starts, "" */
	const char *spool_dir;
	uint64_t cap_bytes;
	uint32_t stack_depth;
};

/* Set it for this process and those it starts. For a child between fork and exec. */
int shim_environment_set(const struct shim_environment *environment);

#endif
