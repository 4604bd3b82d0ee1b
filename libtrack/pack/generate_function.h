/* SPDX-License-Identifier: Apache-2.0 */
/* A wrapper: what is told before and after the call of the real function. */
#ifndef PACK_GENERATE_FUNCTION_H
#define PACK_GENERATE_FUNCTION_H

#include <pack/pack.h>
#include <stdio.h>

/* Of a function with a symbol. Those that others are the same as come first. */
void generate_function(FILE *out, const struct pack *pack, const struct pack_function *function);

/* Is another function of the pack told as this one is? */
bool generate_is_shared(const struct pack *pack, const struct pack_function *function);

#endif
