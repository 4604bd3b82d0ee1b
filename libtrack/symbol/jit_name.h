/* SPDX-License-Identifier: Apache-2.0 */
/* What a just-in-time compiler calls a function, as its author would write it. */
#ifndef SYMBOL_JIT_NAME_H
#define SYMBOL_JIT_NAME_H

#include "strings.h"

#include <symbol/symbolizer.h>

/*
 * V8's "JS:*connect file:///app/net.js:12:5" is connect in /app/net.js, line 12, whatever
 * compiled it and however well; "Builtin:" and what other compilers write is a name as it
 * stands. name is changed. Texts are put into the pool; NULL without memory.
 */
struct symbol_frame jit_name_frame(char *name, struct strings *strings);

#endif
