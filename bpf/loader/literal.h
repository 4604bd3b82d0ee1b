/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that lie in a program's or library's file. The kernel reads only what is in memory already,
 * and a literal that nobody has touched is not.
 */
#ifndef LOADER_LITERAL_H
#define LOADER_LITERAL_H

#include <stddef.h>
#include <stdint.h>

struct traced;

/* The text at an address of the process, cut to size - 1 bytes. Returns its length, 0: none. */
size_t literal_read(const struct traced *traced, uint64_t address, char *ret_text, size_t size);

#endif
