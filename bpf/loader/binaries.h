/* SPDX-License-Identifier: Apache-2.0 */
/* The files that are probed, each once, whatever processes run them. */
#ifndef PROBES_BINARIES_H
#define PROBES_BINARIES_H

#include <base/u64map.h>
#include <pack/pack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "elf_name.h"
#include "points.h"
#include "row_table.h"

struct engine;
struct symbol_functions;
struct unwinder;

struct binary {
	dev_t device;
	ino_t inode;
	char *path; /* by which it was opened first */
	struct elf_name name;
	bool *fits;	  /* by pack: it is one of its libraries */
	bool *refused;	  /* by pack: it has functions of Go that the pack names */
	bool is_nameless; /* patterns were looked for, in what it exports alone */
	uint32_t *rows;	  /* that it has functions of, rising */
	size_t row_count;
	bool hides_joins; /* its libc is in it, and not known by name */
	struct link_list links;
	struct binary *older; /* of the same key */
};

struct binaries {
	struct engine *engine;
	struct unwinder *unwinder; /* NULL: what has no symbol has no bounds */
	const struct pack *const *packs;
	size_t pack_count;
	struct row_table *table;
	uint32_t pack_rows;   /* rows of packs are the first ones */
	uint32_t thread_rows; /* then those of thread calls: of glibc, and of musl */
	bool threads, patterns_only;
	struct u64map by_inode; /* -> struct binary, owned */
	uint64_t unprobed;	/* functions that could not be attached to */
	uint64_t of_go;		/* functions that Go compiled */
};

/* All links go. */
void binaries_finish(struct binaries *binaries);

/*
 * Attach to what the file has. ret_probes: how many places, 0 also if the file was met before.
 * 0 or -ENOMEM: what cannot be attached to is left out and counted. A file that cannot be opened is
 * not met: its process may just have ended.
 */
int binaries_meet(struct binaries *binaries, const char *path, dev_t device, ino_t inode,
		  size_t *ret_probes);

/* The names of files in which a pattern was looked for, and that are stripped: up to max. */
size_t binaries_nameless(const struct binaries *binaries, const char **names, size_t max);

/* NULL: it was not met. */
const struct binary *binaries_find(const struct binaries *binaries, dev_t device, ino_t inode);

/* Whether something of that pack is looked at in it. */
bool binaries_has_pack(const struct binaries *binaries, const struct binary *binary, size_t pack);

bool binary_has_row(const struct binary *binary, uint32_t row);

#endif
