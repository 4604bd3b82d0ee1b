/* SPDX-License-Identifier: Apache-2.0 */
#include "tracefile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_BYTES = 100, USER_VERSION_OFFSET = 60, APPLICATION_ID_OFFSET = 68 };

static const char sqlite_magic[16] = "SQLite format 3";

static uint32_t big_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* Read the header. *ret_bytes: how much of it there is. */
static int read_header(const char *path, unsigned char *ret_header, ssize_t *ret_bytes)
{
	struct stat status;
	ssize_t bytes;
	int error = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) != 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = -EBADMSG;
	if (error == 0) {
		bytes = pread(fd, ret_header, HEADER_BYTES, 0);
		if (bytes < 0)
			error = -errno;
		else
			*ret_bytes = bytes;
	}
	close(fd);
	return error;
}

static int is_trace(const unsigned char *header, ssize_t bytes)
{
	return bytes == HEADER_BYTES && memcmp(header, sqlite_magic, sizeof(sqlite_magic)) == 0 &&
	       big_endian(header + APPLICATION_ID_OFFSET) == TRACEFILE_APPLICATION_ID;
}

int tracefile_check(const char *path, char *ret_why)
{
	unsigned char header[HEADER_BYTES];
	ssize_t bytes = 0;
	uint32_t version;
	int error = read_header(path, header, &bytes);

	if (error == -ENOENT) {
		snprintf(ret_why, TRACEFILE_WHY_BYTES, "there is no trace at '%s'", path);
		return error;
	}
	if (error != 0 && error != -EBADMSG) {
		snprintf(ret_why, TRACEFILE_WHY_BYTES, "cannot read '%s': %s", path,
			 strerror(-error));
		return error;
	}
	if (error != 0 || !is_trace(header, bytes)) {
		snprintf(ret_why, TRACEFILE_WHY_BYTES, "'%s' is not an rtctrack trace", path);
		return -EBADMSG;
	}
	version = big_endian(header + USER_VERSION_OFFSET);
	if (version != TRACEFILE_SCHEMA_VERSION) {
		snprintf(ret_why, TRACEFILE_WHY_BYTES,
			 "'%s' is a trace of schema version %u; this rtctrack reads version %d: "
			 "%s",
			 path, version, TRACEFILE_SCHEMA_VERSION,
			 version < TRACEFILE_SCHEMA_VERSION
				 ? "record the program again with this version"
				 : "read it with the version that recorded it");
		return -EPROTO;
	}
	return 0;
}

static int check_folder(const char *path, char *ret_why)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash == NULL ? 0 : (size_t)(slash - path);
	char folder[PATH_MAX] = ".";
	int error;

	if (length >= sizeof(folder)) {
		snprintf(ret_why, TRACEFILE_WHY_BYTES, "the path of the trace is too long");
		return -ENAMETOOLONG;
	}
	if (slash != NULL) {
		length = length == 0 ? 1 : length; /* the root keeps its slash */
		memcpy(folder, path, length);
		folder[length] = '\0';
	}
	if (access(folder, W_OK | X_OK) == 0)
		return 0;
	error = -errno;
	snprintf(ret_why, TRACEFILE_WHY_BYTES, "cannot write a trace in folder '%s': %s", folder,
		 strerror(-error));
	return error;
}

static int remove_files(const char *path, char *ret_why)
{
	static const char *const suffixes[] = {"-journal", "-wal", "-shm", ""};
	char file[PATH_MAX + 16];

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", path, suffixes[i]);
		if (unlink(file) != 0 && errno != ENOENT) {
			int error = -errno;

			snprintf(ret_why, TRACEFILE_WHY_BYTES, "cannot replace '%s': %s", file,
				 strerror(-error));
			return error;
		}
	}
	return 0;
}

int tracefile_clear(const char *path, char *ret_why)
{
	unsigned char header[HEADER_BYTES];
	ssize_t bytes = 0;
	int error = check_folder(path, ret_why);

	if (error != 0)
		return error;
	error = read_header(path, header, &bytes);
	if (error == -ENOENT)
		return remove_files(path,
				    ret_why); /* a log without its trace would be taken for ours */
	if (error == 0 && (bytes == 0 || is_trace(header, bytes)))
		return remove_files(path, ret_why);
	snprintf(ret_why, TRACEFILE_WHY_BYTES,
		 "'%s' exists and is not an rtctrack trace; not overwritten", path);
	return -EEXIST;
}
