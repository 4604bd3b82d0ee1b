/* SPDX-License-Identifier: Apache-2.0 */
#include <base/perf_map.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAP_FOLDER "/tmp/perf-"
#define MAP_SUFFIX ".map"

void perf_map_path(int32_t pid, char ret_path[PERF_MAP_PATH_BYTES])
{
	snprintf(ret_path, PERF_MAP_PATH_BYTES, MAP_FOLDER "%" PRId32 MAP_SUFFIX, pid);
}

bool perf_map_is(const char *path)
{
	size_t folder = strlen(MAP_FOLDER);

	if (strncmp(path, MAP_FOLDER, folder) != 0)
		return false;
	size_t digits = strspn(path + folder, "0123456789");
	return digits > 0 && strcmp(path + folder + digits, MAP_SUFFIX) == 0;
}

/* A link in a folder where everybody writes may lead to anybody's file. */
static int open_below(const char *root, const char *path, int *ret_fd)
{
	char file[PATH_MAX];
	struct stat status;
	int bytes = snprintf(file, sizeof(file), "%s%s", root, path);

	if (bytes < 0 || (size_t)bytes >= sizeof(file))
		return -ENAMETOOLONG;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
	    (status.st_uid != 0 && status.st_uid != geteuid())) {
		close(fd);
		return -EPERM;
	}
	*ret_fd = fd;
	return 0;
}

int perf_map_open(const char *root, const char *path, int *ret_fd)
{
	int error = root == NULL ? -ENOENT : open_below(root, path, ret_fd);

	return error == -ENOENT ? open_below("", path, ret_fd) : error;
}
