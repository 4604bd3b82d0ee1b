/* SPDX-License-Identifier: Apache-2.0 */
/* Where this process keeps its spool. */
#ifndef SHIM_FOLDER_H
#define SHIM_FOLDER_H

#include "shim.h"

#include <limits.h>

/*
 * The folder that the environment names, else one of our own: in the user's
 * runtime folder, the temporary folder or shared memory, whichever is the first
 * that a spool can be kept in. False: there is none.
 */
bool folder_choose(char *const *envp, char ret_folder[PATH_MAX]);

/* Whether a file can be made in it now. */
bool folder_is_open(const char *folder);

#endif
