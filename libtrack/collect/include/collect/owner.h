/* SPDX-License-Identifier: Apache-2.0 */
/* Whether anybody still writes to a spool file. */
#ifndef COLLECT_OWNER_H
#define COLLECT_OWNER_H

/*
 * fd: the file, open for reading, of this user. 1: the process that it names
 * lives, or some process (of another pid namespace, say) has it open for
 * writing or mapped so. 0: nobody does. -EBADMSG: not a spool, -errno.
 */
int spool_in_use(int fd);

#endif
