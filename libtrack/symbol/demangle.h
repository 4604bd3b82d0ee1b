/* SPDX-License-Identifier: Apache-2.0 */
/* What a linker calls a function, as its author would write it. */
#ifndef SYMBOL_DEMANGLE_H
#define SYMBOL_DEMANGLE_H

/*
 * C++ (Itanium) and Rust (legacy and v0) demangled, without parameters, without a
 * compiler's suffix for clones (.cold, .part.0, .llvm.123) and a version (@@V1), as
 * clean UTF-8: the parts and builds of one function share a name. The caller frees.
 * NULL without memory, or for an empty name.
 */
char *demangle_symbol(const char *symbol);

/*
 * The same with parameters, without what the function returns, and as the bytes are. NULL: it is no
 * mangled name, or what it stands for is longer than a function's name can be.
 */
char *demangle_whole(const char *symbol);

/*
 * What the compiler wrote behind the name of a piece or a copy of a function that it made:
 * ".part.0", ".constprop.0.cold". It points into symbol; NULL: nothing.
 */
const char *demangle_clone(const char *symbol);

#endif
