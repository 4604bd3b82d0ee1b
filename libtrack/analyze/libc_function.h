/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of the C library where it was linked into the program, and only their names tell. Who
 * asks knows that the function has no source file: a program may have one of the same name.
 */
#ifndef ANALYZE_LIBC_FUNCTION_H
#define ANALYZE_LIBC_FUNCTION_H

#include <stdbool.h>

/* One of the calls that are followed, as the library calls it inside: __socket, __libc_accept,
 * open64. */
bool libc_function_is(const char *function);

#endif
