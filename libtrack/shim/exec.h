/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment of what the host executes: however it was cleaned, the next
 * image finds the shim and the spool folder; where the shim would break that
 * image, it is left out. Works in a vfork child: nothing is allocated, and what
 * is built lives on the caller's stack.
 */
#ifndef SHIM_EXEC_H
#define SHIM_EXEC_H

#include "target.h"

#define EXEC_ADDED 4	     /* variables that we may add */
#define EXEC_TEXT_BYTES 6144 /* for an LD_PRELOAD made of ours and theirs */
#define EXEC_VARIABLES_MAX 8192

/* The value of a variable; NULL if it is not there. */
const char *exec_find_env(char *const *envp, const char *name);

/* Remember what the next image needs. Until then environments pass unchanged. */
void exec_init(char *const *envp, const char *folder);

/* Pointers that an environment made from this one needs; 0: it passes unchanged. */
size_t exec_room(char *const *envp);

/*
 * envp with what the shim needs, in pointers[exec_room()] and text; or envp
 * itself. *ret_note: what will not be recorded of that image, or
 * TRACK_NOTE__COUNT; the caller takes it back if the exec fails.
 */
char *const *exec_environment(char *const *envp, const struct target *target, char **pointers,
			      char text[EXEC_TEXT_BYTES], enum track_note *ret_note);

#endif
