/* SPDX-License-Identifier: Apache-2.0 */
/* A file that people write, whole. */
#ifndef SCHEMA_FILE_H
#define SCHEMA_FILE_H

#include <stddef.h>

/*
 * All of a regular file, which the caller frees; a pipe or a device could go on for ever. Of a file
 * of more than size_max bytes one byte more than these. 0 or -errno.
 */
int schema_file_read(const char *path, size_t size_max, char **ret_bytes, size_t *ret_size);

#endif
