/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Split DWARF: the unit that a skeleton stands for, out of a .dwo file or out of a .dwp
 * package of them (DWARF 5 section 7.3.5, and GCC's form of it for DWARF 4). libdw reads
 * no packages, and opens whatever a skeleton names; so a unit's sections are laid out
 * here as those of a small ELF file in memory, whose addresses are those of the skeleton.
 */
#ifndef SYMBOL_DWO_H
#define SYMBOL_DWO_H

#include <elfutils/libdw.h>
#include <stdint.h>

struct dwo_file; /* a .dwo or a .dwp */
struct dwo;	 /* one unit of it; does not need the file any more */

/* What lies before the ranges of DWARF 4, so that none is at 0, which means "the first" to libdw.
 */
#define DWO_RANGES_PAD 16u

/* -ENOENT, -EACCES, ...: as open(); -ENOEXEC: no ELF file with split DWARF. */
int dwo_file_open(const char *path, struct dwo_file **ret_file);
void dwo_file_close(struct dwo_file *file);

/*
 * The unit with the skeleton's id. *ret_die is its DIE and lives as long as *ret_dwo.
 * -ENOENT: it is not in the file; -EBADMSG: the file is damaged; -ENOMEM.
 */
int dwo_create(const struct dwo_file *file, Dwarf_Die *skeleton, uint64_t id, struct dwo **ret_dwo,
	       Dwarf_Die *ret_die);
void dwo_destroy(struct dwo *dwo);

/* The unit's .debug_rnglists; of none, nothing. */
struct dwo_bytes {
	const uint8_t *bytes;
	size_t size;
};
struct dwo_bytes dwo_range_lists(const struct dwo *dwo);

#endif
