/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack's object without some of its functions: those that the library at hand has not. A wrapper
 * of what is not there would answer a weak reference, or a dlsym, of a program that can do without.
 */
#ifndef CLI_PACK_VARIANT_H
#define CLI_PACK_VARIANT_H

#include <stddef.h>

/* Copy object to path, without exporting these. 0 or -errno; then nothing is left at path. */
int pack_variant_make(const char *object, const char *const *without, size_t count,
		      const char *path);

#endif
