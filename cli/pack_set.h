/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packs that probes go by: those that come with us, for whatever library turns up, and those
 * that --pack names. What goes wrong is said here.
 */
#ifndef CLI_PACK_SET_H
#define CLI_PACK_SET_H

#include <stdbool.h>

#include "packs.h"

struct options;

struct pack_set {
	const struct pack **items;
	size_t count;
	/* private: who they belong to */
	struct packs shipped;
	struct pack **files;
	size_t file_count;
};

/*
 * with_shim: objects that --pack names are its matter. 0 or -errno: then it was said. To be given
 * back with pack_set_free.
 */
int pack_set_load(const struct options *options, bool with_shim, struct pack_set *ret_set);

/*
 * Whether a pack that --pack names has patterns, which no wrapper can follow: its name, "" none.
 * Nothing is said here of what cannot be read.
 */
#define PACK_SET_NAME_BYTES 128
bool pack_set_has_patterns(const struct options *options, char ret_name[PACK_SET_NAME_BYTES]);

/* It is empty afterwards. */
void pack_set_free(struct pack_set *set);

#endif
