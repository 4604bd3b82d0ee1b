/* SPDX-License-Identifier: Apache-2.0 */
/* The files of which code is mapped in a process. */
#ifndef LOADER_MAPPED_H
#define LOADER_MAPPED_H

#include "module_file.h"
#include "probe_event.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <track/wire.h>

struct traced;
struct unwind_space;

struct module {
	uint64_t bias;
	uint64_t start; /* of the whole file in memory */
	uint64_t end;
	uint64_t code_start; /* what of it is mapped to be executed */
	uint64_t code_end;
	uint64_t offset;		/* in the file, of code_start */
	const struct module_file *file; /* NULL: it could not be opened */
	char *path;			/* owned */
	char *name;			/* owned; its path as the process's loader found it */
};

/* A part of a file, or of none, that is mapped to be executed. */
struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	ino_t inode;		 /* that what is opened must have; 0: any */
	ino_t told;		 /* as whoever told of the mapping has it; 0: not known */
	const char *path;	 /* as the process knows it; "": of no file */
	char openable[PATH_MAX]; /* by us, now; "": not */
};

/* Zeroed is empty. */
struct modules {
	struct module *at;
	size_t count;
	uint32_t version; /* grows when one is gone: its addresses mean something else since */
	struct unwind_space *space; /* NULL: none */
};

void mapped_finish(struct modules *modules);

/* It is what its process runs: what /proc says is of it. */
bool mapped_is_current(const struct traced *traced);
/* What is mapped now, by /proc. -errno: it cannot be read any more. */
int mapped_read(struct traced *traced, uint64_t time_ns);
/* An image begins, by an exec: the same, or what the event says. */
void mapped_exec(struct traced *traced, const struct probe_exec *event);
void mapped_map(struct traced *traced, const struct probe_map *event);
/* Of who is gone meanwhile, openable becomes its path, if the file is there. */
void mapped_add(struct traced *traced, struct mapping *mapping, uint64_t time_ns);
/* A fork has what its parent had. */
void mapped_inherit(struct traced *traced, const struct traced *parent, uint64_t time_ns);

/* A path by which we can open a module's file now, the process being alive; "": there is none. */
void mapped_openable(const struct traced *traced, const struct module *module,
		     char ret_path[PATH_MAX]);
const struct module *mapped_find(const struct modules *modules, uint64_t address);

#endif
