/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a function in DWARF, with the scopes it is declared in. */
#ifndef SYMBOL_SCOPE_H
#define SYMBOL_SCOPE_H

#include "names.h"
#include "units.h"

/*
 * Of a subprogram or an inlined subroutine: its linkage name demangled, else its
 * plain name, in C++ behind those of its scopes. NULL unknown. The pool owns it.
 */
const char *scope_function_name(const struct unit *unit, Dwarf_Die *function, struct names *names);

#endif
