/* SPDX-License-Identifier: Apache-2.0 */
#include "process_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FIELD_STATE 3
#define FIELD_PPID 4
#define FIELD_THREADS 20
#define FIELD_START 22
#define FIELD_START_CODE 26
#define FILE_BYTES_MAX (64u << 20) /* a map of a program has no more lines than that */

static void take_field(struct process_stat *stat, int field, const char *text)
{
	switch (field) {
	case FIELD_STATE:
		stat->state = *text;
		break;
	case FIELD_PPID:
		stat->ppid = (int32_t)strtol(text, NULL, 10);
		break;
	case FIELD_THREADS:
		stat->threads = (uint32_t)strtoul(text, NULL, 10);
		break;
	case FIELD_START:
		stat->start_ticks = strtoull(text, NULL, 10);
		break;
	case FIELD_START_CODE:
		stat->start_code = strtoull(text, NULL, 10);
		break;
	default:
		break;
	}
}

int process_read_stat(int32_t pid, struct process_stat *ret_stat)
{
	char text[1024];
	int size = process_read_file(pid, "stat", text, sizeof(text) - 1);
	if (size < 0)
		return size;
	text[size] = '\0';
	/* Field 2 is the name: it may hold anything, but ends at the last ')'. */
	const char *at = strrchr(text, ')');
	struct process_stat stat = {0};
	for (int field = FIELD_STATE; at && field <= FIELD_START_CODE; field++) {
		at = strchr(at + 1, ' ');
		if (at)
			take_field(&stat, field, at + 1);
	}
	if (!at)
		return -EBADMSG;
	*ret_stat = stat;
	return 0;
}

uint32_t process_fd_limit(int32_t pid)
{
	struct rlimit limit;
	if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) || limit.rlim_cur >= UINT32_MAX)
		return 0;
	return (uint32_t)limit.rlim_cur;
}

int process_read_link(int32_t pid, const char *name, char *ret_text, size_t capacity)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%" PRId32 "/%s", pid, name);
	ssize_t size = readlink(path, ret_text, capacity - 1);
	if (size < 0)
		return -errno;
	ret_text[size] = '\0';
	return (int)size;
}

static int open_file(int32_t pid, const char *name, int flags)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%" PRId32 "/%s", pid, name);
	int fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int process_read_file(int32_t pid, const char *name, char *ret_bytes, size_t capacity)
{
	int fd = open_file(pid, name, O_RDONLY);
	if (fd < 0)
		return fd;
	ssize_t size = read(fd, ret_bytes, capacity);
	int ret = size < 0 ? -errno : (int)size;
	close(fd);
	return ret;
}

int process_load_file(int32_t pid, const char *name, char **ret_text, size_t *ret_bytes)
{
	int fd = open_file(pid, name, O_RDONLY);
	if (fd < 0)
		return fd;
	size_t capacity = 65536, used = 0;
	char *text = malloc(capacity);
	int ret = text ? 0 : -ENOMEM;
	while (!ret) {
		ssize_t size = read(fd, text + used, capacity - used - 1);
		if (size <= 0) {
			ret = size < 0 ? -errno : 0;
			break;
		}
		used += (size_t)size;
		if (used + 1 < capacity)
			continue;
		char *more = capacity < FILE_BYTES_MAX ? realloc(text, 2 * capacity) : NULL;
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		text = more;
		capacity *= 2;
	}
	close(fd);
	if (ret) {
		free(text);
		return ret;
	}
	text[used] = '\0';
	*ret_text = text;
	*ret_bytes = used;
	return 0;
}

int process_each_number(int32_t pid, const char *name, process_number visit, void *ctx)
{
	int fd = open_file(pid, name, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		int ret = -errno;
		close(fd);
		return ret;
	}
	int ret = 0;
	while (!ret) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry) {
			ret = -errno;
			break;
		}
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);
		if (end != entry->d_name && !*end && number <= UINT32_MAX)
			ret = visit(ctx, (uint32_t)number);
	}
	closedir(dir);
	return ret;
}
