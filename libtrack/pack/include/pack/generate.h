/* SPDX-License-Identifier: Apache-2.0 */
/* The wrappers of a pack, as one C source that includes track/pack.h. */
#ifndef PACK_GENERATE_H
#define PACK_GENERATE_H

#include <pack/pack.h>
#include <stdio.h>

/* Leaves out what wrappers cannot do: patterns. 0, or -EIO if the stream fails. */
int pack_generate(const struct pack *pack, FILE *out);

#endif
