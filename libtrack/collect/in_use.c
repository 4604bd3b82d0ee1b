/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>
#include <unistd.h>

#define FIELD_STATE 3
#define FIELD_THREADS 20
#define FIELD_START 22

static bool read_stat(int32_t pid, char *ret_text, size_t bytes)
{
	char path[32];
	snprintf(path, sizeof(path), "/proc/%" PRId32 "/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t size = read(fd, ret_text, bytes - 1);
	close(fd);
	if (size <= 0)
		return false;
	ret_text[size] = '\0';
	return true;
}

bool writer_lives(int32_t pid, uint64_t start_ticks)
{
	char text[1024];
	if (pid <= 0 || !read_stat(pid, text, sizeof(text)))
		return false;
	/* Field 2 is the name: it may hold anything, but ends at the last ')'. */
	char *at = strrchr(text, ')');
	char state = 'X';
	uint64_t threads = 0, start = 0;
	for (int field = FIELD_STATE; at && field <= FIELD_START; field++) {
		at = strchr(at + 1, ' ');
		if (!at)
			break;
		if (field == FIELD_STATE)
			state = at[1];
		else if (field == FIELD_THREADS)
			threads = strtoull(at + 1, NULL, 10);
		else if (field == FIELD_START)
			start = strtoull(at + 1, NULL, 10);
	}
	/* Where the main thread ended first, the process shows as a zombie with threads. */
	bool dead = state == 'X' || (state == 'Z' && threads <= 1);
	return !dead && (!start_ticks || start_ticks == start);
}

/*
 * A lease for reading is refused while a file is open for writing, and a shared
 * mapping keeps it open. Where a file system knows no leases, the pid decides.
 */
bool file_in_use(int fd)
{
	/* Whoever opens the file meanwhile makes the kernel send a signal: one that is ignored. */
	if (fcntl(fd, F_SETSIG, SIGURG) < 0)
		return false;
	bool written = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno == EAGAIN;
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
	bool watched = header.engine == TRACK_ENGINE_PROBES;
	bool lives = watched ? writer_lives(header.writer_pid, header.writer_ticks)
			     : writer_lives(header.pid, header.start_ticks);
	return lives || file_in_use(fd);
}
