/* SPDX-License-Identifier: Apache-2.0 */
/* A process that runs already, and is to be recorded: what it is, and whether that can be. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* clang-format off */
enum target_trouble {
	TARGET_FINE,
#define TARGET_TROUBLE(id, text, remedy) TARGET_##id,
#include "target_troubles.def"
#undef TARGET_TROUBLE
	TARGET__COUNT
};
/* clang-format on */

struct target {
	int32_t pid;
	enum target_trouble trouble;
	bool has_shim;	      /* the shim is in it: it is recorded already, or was */
	bool is_readable;     /* we may look into it */
	uint32_t held_tid;    /* the thread that ends it is held back (--settle); 0: none is */
	char spool[PATH_MAX]; /* that the shim in it writes; "" none */
	char name[64];	      /* of its program, "" unknown */
	char command[512];    /* its words, clean UTF-8 */
};

/* -EINVAL: it is no process id. */
int target_read_pid(const char *word, int32_t *ret_pid);

/* What cannot be read of it is not known. */
void target_look(int32_t pid, struct target *ret_target);

/* What is wrong, behind "process N", and what to do (NULL: nothing). NULL for TARGET_FINE. */
const char *target_trouble_text(enum target_trouble trouble);
const char *target_trouble_remedy(enum target_trouble trouble);

#endif
