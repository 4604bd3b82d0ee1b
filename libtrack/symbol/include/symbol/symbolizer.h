/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbols: from a module and an address in it to functions, files and lines,
 * by elfutils (libdwfl) and libiberty's demangler.
 */
#ifndef SYMBOL_SYMBOLIZER_H
#define SYMBOL_SYMBOLIZER_H

#include <stddef.h>
#include <stdint.h>

struct symbolizer;
struct symbol_module;

/* Strings live as long as the symbolizer. */
struct symbol_frame {
	const char *function; /* demangled; NULL unknown */
	const char *file;     /* NULL unknown */
	int line;	      /* 0 unknown */
	const char *clone; /* ".part.0": the piece of the function that it is in; NULL: itself, or
			      inlined */
};

/* Where files are looked for besides the places of this system. NULL: nowhere. */
struct symbol_search {
	const char *sysroot;	   /* a root folder that comes before / */
	const char *debug_folders; /* as /usr/lib/debug, separated by colons, before it */
};

/* search NULL: nothing beside this system. Its texts are copied. */
int symbolizer_create(const struct symbol_search *search, struct symbolizer **ret_symbolizer);
void symbolizer_destroy(struct symbolizer *symbolizer);

/*
 * Open a module by the path it was loaded from. Where that leads to no file with
 * its build-id, a file in a debug folder does. -ENOENT, -EACCES: as open();
 * -ESTALE: the file at path carries another build-id now, so it must not be
 * used; -ENOEXEC: not ELF. build_id_bytes 0: nothing to compare with.
 * The module belongs to the symbolizer; the same path and build-id give the
 * same module.
 */
int symbolizer_open(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
		    size_t build_id_bytes, struct symbol_module **ret_module);

/*
 * Frames at an ELF virtual address (run-time address minus load bias), innermost
 * inlined frame first, the function that was really called last. For a return
 * address pass it minus one. At most max are stored. Returns how many: 0 if
 * not even a symbol covers the address.
 */
size_t symbol_module_frames(struct symbol_module *module, uint64_t address,
			    struct symbol_frame *ret_frames, size_t max);

/*
 * The functions at addresses in ascending order, by the perf map that a process called path
 * (base/perf_map.h). A frame without a function: the map says nothing. -EPERM: the map is
 * not to be trusted; else as open().
 */
int symbolizer_map_frames(struct symbolizer *symbolizer, const char *path,
			  const uint64_t *addresses, size_t count, struct symbol_frame *ret_frames);

#endif
