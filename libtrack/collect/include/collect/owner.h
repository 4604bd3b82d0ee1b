/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anybody still writes to a file. */
#ifndef COLLECT_OWNER_H
#define COLLECT_OWNER_H

#include <stdbool.h>

/*
 * fd: the file, open for reading, of this user. 1: the process that it names
 * lives, or some process (of another pid namespace, say) has it open for
 * writing or mapped so. 0: nobody does. -EBADMSG: not a spool, -errno.
 */
int spool_in_use(int fd);

/*
 * Whether any process, the caller too, has a file of this user open for writing, or mapped so.
 * fd: the file, open for reading. Where the file system cannot tell, none has.
 */
bool file_in_use(int fd);

#endif
