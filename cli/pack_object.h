/* SPDX-License-Identifier: Apache-2.0 */
/* A pack of the user's own becomes a shared object of wrappers, by the compiler `cc`. */
#ifndef CLI_PACK_OBJECT_H
#define CLI_PACK_OBJECT_H

#include <schema/errors.h>

/*
 * Build the object of a pack's file. 0 or -errno: then errors says why, in lines of the file or
 * (line 0) of what else went wrong. Whatever it made beside the object is removed again.
 */
int pack_object_build(const char *yaml_path, const char *object_path, struct schema_errors *errors);

#endif
