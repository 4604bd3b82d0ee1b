/* SPDX-License-Identifier: Apache-2.0 */
/* The packs that come with this command. */
#ifndef CLI_PACKS_H
#define CLI_PACKS_H

#include <limits.h>
#include <pack/pack.h>
#include <stddef.h>

struct packs {
	struct pack **items; /* in the order of their names */
	size_t count;
};

/* 0 or -errno. Free with packs_free. */
int packs_load(struct packs *ret_packs);

/* It is empty afterwards. */
void packs_free(struct packs *packs);

/* The YAML of one, NULL if none has that name. */
const char *packs_text(const char *name);

/* The shipped name nearest to a mistyped one, NULL if none is near. */
const char *packs_suggest(const char *name);

/* Is it a file that is meant, not the name of a pack that comes with this command? */
bool packs_is_path(const char *name);

/*
 * Whether a library's file is of the versions that a pack is for. ret_version: its own, what stands
 * behind ".so." of the real file's name; "" nothing.
 */
bool packs_are_for(const struct pack_library *library, const char *path,
		   char ret_version[PATH_MAX]);

#endif
