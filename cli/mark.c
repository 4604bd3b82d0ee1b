/* SPDX-License-Identifier: Apache-2.0 */
#include "mark.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <track/wire.h>
#include <unistd.h>

#define LINE_BYTES 2048

/* One write, so that marks of several writers never mix. */
int mark_append(const char *folder_path, int32_t program_pid, const char *text)
{
	char path[PATH_MAX + 16], line[LINE_BYTES];
	struct timespec now;
	ssize_t written;
	int length, fd;

	snprintf(path, sizeof(path), "%s/" TRACK_MARKS_FILE, folder_path);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	clock_gettime(CLOCK_MONOTONIC, &now);
	length = snprintf(line, sizeof(line), "%llu %d %s\n",
			  (unsigned long long)now.tv_sec * 1000000000ull +
				  (unsigned long long)now.tv_nsec,
			  (int)program_pid, text);
	written = length < (int)sizeof(line) ? write(fd, line, (size_t)length) : -1;
	close(fd);
	if (length >= (int)sizeof(line))
		return -E2BIG;
	return written == length ? 0 : written < 0 ? -errno : -ENOSPC;
}
