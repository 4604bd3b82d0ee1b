/* SPDX-License-Identifier: Apache-2.0 */
/* The program to record: where it is, and which engine can see it. */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* clang-format off */
enum program_trouble {
	PROGRAM_FINE,
#define PROGRAM_TROUBLE(id, ...) PROGRAM_##id,
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

/*
 * What the program is, why that is in the shim's way, and what to do. NULL for PROGRAM_FINE.
 */
const char *program_trouble_what(enum program_trouble trouble);
const char *program_trouble_why(enum program_trouble trouble);
const char *program_trouble_remedy(enum program_trouble trouble);
/* Whether LD_PRELOAD may be set for it. */
bool program_takes_preload(enum program_trouble trouble);
/* Whether the shim records anything of the program itself. */
bool program_takes_shim(enum program_trouble trouble);
/* Whether probes in the kernel see what it does. */
bool program_is_seen_by_probes(enum program_trouble trouble);

#endif
