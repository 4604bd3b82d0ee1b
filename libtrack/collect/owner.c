/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/owner.h"

#include <errno.h>
#include <string.h>
#include <track/wire.h>
#include <unistd.h>

#include "life.h"

int spool_in_use(int fd)
{
	struct track_spool header;
	ssize_t size = pread(fd, &header, sizeof(header), 0);

	if (size < 0)
		return -errno;
	if (size < (ssize_t)sizeof(header) ||
	    memcmp(header.magic, TRACK_SPOOL_MAGIC, sizeof(header.magic)) != 0)
		return -EBADMSG;
	return life_goes_on(header.pid, header.start_ticks) || life_holds(fd);
}

bool file_in_use(int fd)
{
	return life_holds(fd);
}
