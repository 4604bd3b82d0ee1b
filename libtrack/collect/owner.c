/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <track/wire.h>
#include <unistd.h>

#include "life.h"

/*
 * A lease for reading is refused while a file is open for writing, and a shared
 * mapping keeps it open. Where a file system knows no leases, the pid decides.
 */
static bool is_written(int fd)
{
	bool written;

	/* Whoever opens the file meanwhile makes the kernel send a signal: one that is ignored. */
	if (fcntl(fd, F_SETSIG, SIGURG) < 0)
		return false;
	written = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno == EAGAIN;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return written;
}

int spool_in_use(int fd)
{
	struct track_spool header;
	ssize_t size = pread(fd, &header, sizeof(header), 0);

	if (size < 0)
		return -errno;
	if (size < (ssize_t)sizeof(header) ||
	    memcmp(header.magic, TRACK_SPOOL_MAGIC, sizeof(header.magic)) != 0)
		return -EBADMSG;
	return life_goes_on(header.pid, header.start_ticks) || is_written(fd);
}
