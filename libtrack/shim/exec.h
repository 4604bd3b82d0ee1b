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

#define EXEC_VARIABLES_MAX 8192

/* The value of a variable; NULL if it is not there. */
const char *exec_find_env(char *const *envp, const char *name);

/* Remember what the next image needs. Until then environments pass unchanged. */
void exec_init(char *const *envp);
/* Where the next image keeps its spool too; unknown while nobody says. */
void exec_keep_folder(const char *folder);

/*
 * What is to be done about an environment before an exec of this target. Nothing,
 * where pointers is 0: it has all that the image needs. note: what will not be
 * recorded of that image, or TRACK_NOTE__COUNT; to be taken back if the exec fails.
 */
struct exec_plan {
	size_t pointers;
	size_t text_bytes;
	bool with_us;
	uint32_t packs; /* preload.h */
	enum track_note note;
};
struct exec_plan exec_plan(char *const *envp, const struct target *target);

/* The environment of a plan, made in pointers[plan.pointers] and text[plan.text_bytes]. */
char *const *exec_environment(const struct exec_plan *plan, char *const *envp,
			      const struct target *target, char **pointers, char *text);

/* Whether what is executed with this environment will miss the shim though it could have it. */
bool exec_is_cleaned(char *const *envp);

#endif
