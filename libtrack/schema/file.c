/* SPDX-License-Identifier: Apache-2.0 */
#include <schema/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAPACITY_MIN 4096

/* Bytes that are being read, and room for room_max of them. */
struct reading {
	char *bytes;
	size_t size, room, room_max;
};

static int grow(struct reading *reading, size_t room)
{
	char *bytes;

	if (room > reading->room_max)
		room = reading->room_max;
	bytes = realloc(reading->bytes, room);
	if (!bytes)
		return -ENOMEM;
	reading->bytes = bytes;
	reading->room = room;
	return 0;
}

static int read_on(struct reading *reading, int fd)
{
	ssize_t n = 1;

	while (n != 0 && reading->size < reading->room_max) {
		if (reading->size == reading->room && grow(reading, 2 * reading->room) < 0)
			return -ENOMEM;
		n = read(fd, reading->bytes + reading->size, reading->room - reading->size);
		if (n > 0)
			reading->size += (size_t)n;
		else if (n < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

/* What the system calls the size of a file may be 0 for files of its own. */
static int read_whole(int fd, size_t size_max, char **ret_bytes, size_t *ret_size)
{
	struct reading reading = {.room_max = size_max + 1};
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	r = grow(&reading,
		 (size_t)st.st_size < CAPACITY_MIN ? CAPACITY_MIN : (size_t)st.st_size + 1);
	if (r == 0)
		r = read_on(&reading, fd);
	if (r < 0) {
		free(reading.bytes);
		return r;
	}
	*ret_bytes = reading.bytes;
	*ret_size = reading.size;
	return 0;
}

int schema_file_read(const char *path, size_t size_max, char **ret_bytes, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r;

	if (fd < 0)
		return -errno;
	r = read_whole(fd, size_max, ret_bytes, ret_size);
	close(fd);
	return r;
}
