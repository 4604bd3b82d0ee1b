/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a seccomp filter that the host is about to set up lets the shim go on
 * as before. Most do: they allow by default, and refuse with an error number.
 */
#ifndef SHIM_FILTER_H
#define SHIM_FILTER_H

#include "shim.h"

/*
 * program: the host's struct sock_fprog, which may be a bad pointer. True if
 * every system call of ours, of libunwind and of the loader is allowed or fails
 * with an error, whatever its arguments.
 */
bool filter_lets_us(const void *program);

#endif
