/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp.h"

#include <base/fnv.h>
#include <collect/in_use.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
	return fnv_bytes(hash, &number, sizeof(number));
}

static uint64_t hash_file(uint64_t hash, const struct stat *st)
{
	hash = hash_number(hash, st->st_dev);
	hash = hash_number(hash, st->st_ino);
	hash = hash_number(hash, (uint64_t)st->st_size);
	hash = hash_number(hash, (uint64_t)st->st_mtim.tv_sec);
	return hash_number(hash, (uint64_t)st->st_mtim.tv_nsec);
}

static void add_spool(struct stamp *stamp, int folder, const char *name)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return;
	/* In whatever order they are listed. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		stamp->hash += hash_file(FNV_START, &st);
		stamp->in_use |= spool_in_use(fd) == 1;
	}
	close(fd);
}

static struct stamp of_spools(const char *path)
{
	struct stamp stamp = {0};
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder) {
		add_spool(&stamp, AT_FDCWD, path);
		stamp.gone = stamp.hash == 0;
		return stamp;
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			add_spool(&stamp, dirfd(folder), entry->d_name);
	closedir(folder);
	return stamp;
}

/* What is new stands in the log beside it. */
static struct stamp of_trace(const char *path)
{
	struct stamp stamp = {.hash = FNV_START};
	char log[PATH_MAX + sizeof("-wal")];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	stamp.gone = fd < 0;
	if (fd < 0)
		return stamp;
	if (fstat(fd, &st) == 0)
		stamp.hash = hash_file(stamp.hash, &st);
	snprintf(log, sizeof(log), "%s-wal", path);
	if (stat(log, &st) == 0)
		stamp.hash = hash_file(stamp.hash, &st);
	stamp.in_use = file_in_use(fd);
	close(fd);
	return stamp;
}

struct stamp stamp_take(const struct source *source)
{
	return source->spools ? of_spools(source->path) : of_trace(source->path);
}

bool stamp_is_past(const struct source *source, const struct stamp *before, const struct stamp *now)
{
	return now->hash != before->hash || (source->spools && (now->in_use || before->in_use));
}
