/* SPDX-License-Identifier: Apache-2.0 */
/* What an ELF file is called, and whether it is a program or a library. */
#ifndef PROBES_ELF_NAME_H
#define PROBES_ELF_NAME_H

#include <limits.h>
#include <stdbool.h>

struct elf_name {
	char file[NAME_MAX + 1];   /* the last part of where it really lies */
	char soname[NAME_MAX + 1]; /* "" without */
	bool is_program;
	bool is_static; /* a program that nothing else is loaded with */
};

/* 0, or -errno; -ENOEXEC: no ELF file of this machine. */
int elf_name_read(const char *path, struct elf_name *ret_name);

#endif
