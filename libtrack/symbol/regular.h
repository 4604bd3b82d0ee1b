/* SPDX-License-Identifier: Apache-2.0 */
/* Opening what a trace or a program names: that may be anything. */
#ifndef SYMBOL_REGULAR_H
#define SYMBOL_REGULAR_H

/*
 * Open a regular file for reading; the caller closes *ret_fd. Looks before it opens: a path
 * may name a device, and opening one can act. -ENOEXEC: not a regular file; else as open().
 */
int regular_open(const char *path, int *ret_fd);

#endif
