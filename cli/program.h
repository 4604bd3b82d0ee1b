/* SPDX-License-Identifier: Apache-2.0 */
/* The program to record: where it is, and whether the shim can get into it. */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* clang-format off */
enum program_trouble {
	PROGRAM_FINE,
#define PROGRAM_TROUBLE(id, preload, text, remedy) PROGRAM_##id,
#include "program_troubles.def"
#undef PROGRAM_TROUBLE
	PROGRAM__COUNT
};
/* clang-format on */

struct program {
	char path[PATH_MAX]; /* of the file inspected: for a script, its interpreter */
	enum program_trouble trouble;
	char loader[PATH_MAX]; /* that it asks for, "" none */
	char asan[64];	       /* GCC's shared ASan runtime that it needs ("libasan.so.8"), or "" */
};

/*
 * Find name as exec does (PATH unless it has a slash), follow #! lines, look at
 * the ELF file. -ENOENT, -EACCES as exec. What cannot be read is taken as fine.
 */
int program_inspect(const char *name, struct program *ret_program);

/* What trouble means, and what to do. NULL for PROGRAM_FINE. */
const char *program_trouble_text(enum program_trouble trouble);
const char *program_trouble_remedy(enum program_trouble trouble);
/* Whether LD_PRELOAD may be set for it. */
bool program_takes_preload(enum program_trouble trouble);

#endif
