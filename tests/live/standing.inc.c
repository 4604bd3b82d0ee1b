/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library says of where threads stand lies in the spool, which is mapped here: so programs
 * look at it themselves.
 */
#include "host.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <track/wire.h>
#include <unistd.h>

#define FOR_EVER 60 /* seconds to wait for what comes at once */

/* The spool of this process, read from its file: of the map, parts may not be touched. */
static struct track_spool read_header(int *ret_fd)
{
	static char line[PATH_MAX + 256];
	struct track_spool header = {0};
	FILE *maps = fopen("/proc/self/maps", "r");
	*ret_fd = -1;
	host_check(maps, "no /proc/self/maps");
	while (*ret_fd < 0 && fgets(line, sizeof(line), maps)) {
		line[strcspn(line, "\n")] = '\0';
		if (strstr(line, TRACK_SPOOL_SUFFIX))
			*ret_fd = open(strchr(line, '/'), O_RDONLY);
	}
	fclose(maps);
	host_check(*ret_fd >= 0 && pread(*ret_fd, &header, sizeof(header), 0) == sizeof(header),
		   "no spool");
	return header;
}

static struct track_standing standing_of(uint32_t tid)
{
	struct track_standing found = {0};
	int fd;
	struct track_spool header = read_header(&fd);
	for (uint32_t i = 0; i < header.standing_count && found.tid != tid; i++) {
		ssize_t size = pread(fd, &found, sizeof(found),
				     (off_t)(header.standings_offset + i * sizeof(found)));
		host_check(size == sizeof(found), "no standing");
	}
	close(fd);
	return found;
}

static uint32_t my_tid(void)
{
	return (uint32_t)syscall(SYS_gettid);
}

static struct track_standing mine(void)
{
	struct track_standing standing = standing_of(my_tid());
	host_check(standing.tid == my_tid() && !(standing.sequence & 1), "no standing of mine");
	return standing;
}

static void check_nothing_held(void)
{
	struct track_standing standing = mine();
	host_check(!standing.held_count && !standing.wait, "something is held, or waited for");
}

static struct track_standing await_standing(const uint32_t *tid, enum track_wait wait)
{
	for (int i = 0; i < FOR_EVER * 1000; i++) {
		uint32_t known = __atomic_load_n(tid, __ATOMIC_ACQUIRE);
		struct track_standing standing = {0};
		if (known)
			standing = standing_of(known);
		if (standing.wait == wait)
			return standing;
		usleep(1000);
	}
	host_check(false, "the wait is not told");
	return (struct track_standing){0};
}
