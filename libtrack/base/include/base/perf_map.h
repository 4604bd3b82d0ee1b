/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files in which just-in-time compilers name their code for profilers: a line
 * "START SIZE NAME", both in hexadecimal, for each function. They are written by the
 * traced program, where it likes to: see perf_map_open.
 */
#ifndef BASE_PERF_MAP_H
#define BASE_PERF_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERF_MAP_PATH_BYTES 64

/* The path of a process's map, as that process calls it. */
void perf_map_path(int32_t pid, char ret_path[PERF_MAP_PATH_BYTES]);
/* Whether a path, as a process calls it, is that of a map. */
bool perf_map_is(const char *path);
/*
 * Open the map at path for reading: below root, if that is not NULL, else below /. The
 * caller closes *ret_fd. -EPERM: it is not a regular file, or neither ours nor root's.
 * Else as open().
 */
int perf_map_open(const char *root, const char *path, int *ret_fd);

#endif
