/* SPDX-License-Identifier: Apache-2.0 */
/* What a recording is, for its own files: recording.c makes it, recording_follow.c goes on with it.
 */
#ifndef CLI_RECORDING_INSIDE_H
#define CLI_RECORDING_INSIDE_H

#include "recording.h"

#include <limits.h>
#include <stdbool.h>

#include "attached.h"
#include "child.h"
#include "engine.h"
#include "hang_watch.h"
#include "offspring.h"
#include "pack_choice.h"
#include "program.h"
#include "run_folder.h"
#include "watcher.h"

struct recording {
	const struct options *options;
	struct program program; /* that is started */
	enum engine engine;
	char shim[PATH_MAX];
	struct run_folder folder;
	char trace_path[PATH_MAX];
	char command[1024];
	struct pack_choice packs;
	struct watcher watcher;
	struct road *road;
	struct child child;
	struct offspring offspring; /* of the child, that end with it if it is made to end */
	struct attached attached;
	struct hang_watch hangs;
	char base[PATH_MAX]; /* the folder's own folder */
	bool attaches;	     /* instead of starting a program */
	const int32_t *pids; /* that are recorded from the beginning on */
	size_t pid_count;
	void (*watch)(void *ctx); /* NULL: nobody looks at the program meanwhile */
	void *watch_ctx;
	bool begun;	    /* the child was released, */
	uint64_t oom_kills; /* and so many the kernel had killed before */
	bool cut_short;	    /* the collection failed midway */
};

#endif
