/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a program or a shared library. */
#ifndef SYMBOL_IMAGE_H
#define SYMBOL_IMAGE_H

#include <stddef.h>
#include <stdint.h>

/* Longer build-ids are recorded cut to this (track/wire.h). */
#define IMAGE_BUILD_ID_BYTES_RECORDED 20u

/*
 * Open a file for reading once it is seen to be ELF, executable or shared, and, if a
 * build-id is given, to carry that one. The caller closes *ret_fd. Errors as in
 * symbolizer_open.
 */
int image_open(const char *path, const uint8_t *build_id, size_t build_id_bytes, int *ret_fd);

#endif
