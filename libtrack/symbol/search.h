/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the files of modules and of their debug information are looked for: a
 * further root (a container's, another machine's) before our own, and debug folders
 * laid out as /usr/lib/debug is, which comes last.
 */
#ifndef SYMBOL_SEARCH_H
#define SYMBOL_SEARCH_H

#include <symbol/symbolizer.h>

/* Zeroed: no root, and no debug folder at all. */
struct search {
	char *sysroot;	/* NULL: none */
	char **folders; /* debug folders, best first */
	size_t folder_count;
};

/* given NULL: only what every system has. -ENOMEM. */
int search_init(struct search *search, const struct symbol_search *given);
void search_finish(struct search *search);

/*
 * The file of a module that was loaded from path: below the sysroot, at path, at path
 * without a " (deleted)" behind it, else by its build-id in the debug folders. What
 * lies at a path that need not be the module's own is taken only by its build-id. The
 * caller frees *ret_file. Errors as in symbolizer_open.
 */
int search_module(const struct search *search, const char *path, const uint8_t *build_id,
		  size_t build_id_bytes, char **ret_file);

/* FOLDER/.build-id/xx/yyyy + suffix that carries this build-id: its descriptor, or -1. */
int search_build_id(const struct search *search, const uint8_t *build_id, size_t build_id_bytes,
		    const char *suffix, char **ret_file);

/* The file that a debug link in file names, with that checksum: its descriptor, or -1. */
int search_link(const struct search *search, const char *file, const char *link, uint32_t crc,
		char **ret_file);

#endif
