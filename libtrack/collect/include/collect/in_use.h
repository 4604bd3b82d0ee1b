/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anybody still writes to a file. */
#ifndef COLLECT_IN_USE_H
#define COLLECT_IN_USE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the process that wrote a spool lives; a zombie does not. start_ticks: field 22 of
 * /proc/PID/stat as it read that itself, so that a reused pid is told; 0 if it could not.
 */
bool writer_lives(int32_t pid, uint64_t start_ticks);

/*
 * Whether any process, the caller too, has a file of this user open for writing, or mapped so.
 * fd: the file, open for reading. Where the file system cannot tell, none has.
 */
bool file_in_use(int fd);

/*
 * fd: the file, open for reading, of this user. 1: the process that it names as its writer
 * lives, or some process (of another pid namespace, say) has it open for
 * writing or mapped so. 0: nobody does. -EBADMSG: not a spool, -errno.
 */
int spool_in_use(int fd);

#endif
