/* SPDX-License-Identifier: Apache-2.0 */
/* Source paths as compilers record them, made readable. */
#ifndef SYMBOL_PATH_H
#define SYMBOL_PATH_H

/*
 * "/a/./b//../c.c" becomes "/a/c.c": by text alone, since the folders need not exist
 * here; and clean UTF-8. A relative path is joined to folder where that is absolute;
 * else its leading ".." stay. folder may be NULL. The caller frees. NULL without
 * memory, or for an empty path.
 */
char *path_tidy(const char *folder, const char *path);

#endif
