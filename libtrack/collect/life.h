/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the process that wrote a spool still lives. */
#ifndef COLLECT_LIFE_H
#define COLLECT_LIFE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * start_ticks: field 22 of /proc/PID/stat as the process itself read it, so that
 * a reused pid is told; 0 if it could not. A zombie does not live.
 */
bool life_goes_on(int32_t pid, uint64_t start_ticks);

/* Whether any process has the file open for writing, or mapped so: the caller too. */
bool life_holds(int fd);

#endif
