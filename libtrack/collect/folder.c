/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <track/wire.h>

/* A folder's time of change moves in ticks: what comes within one may not show. */
#define TICK_SECONDS 2

int folder_init(struct folder *folder, const char *path)
{
	*folder = (struct folder){.path = strdup(path)};
	return folder->path ? 0 : -ENOMEM;
}

void folder_finish(struct folder *folder)
{
	u64map_finish(&folder->seen);
	free(folder->path);
	*folder = (struct folder){0};
}

/* True if nothing can have come since the last scan. */
static bool is_unchanged(struct folder *folder, DIR *dir)
{
	struct stat st;
	struct timespec now;
	if (fstat(dirfd(dir), &st) || clock_gettime(CLOCK_REALTIME, &now))
		return false;
	bool same = st.st_mtim.tv_sec == folder->changed.tv_sec &&
		    st.st_mtim.tv_nsec == folder->changed.tv_nsec;
	bool settled = folder->scanned.tv_sec - folder->changed.tv_sec >= TICK_SECONDS;
	folder->changed = st.st_mtim;
	if (same && settled)
		return true;
	folder->scanned = now;
	return false;
}

static bool is_spool_name(const char *name)
{
	size_t length = strlen(name);
	size_t suffix = strlen(TRACK_SPOOL_SUFFIX);
	return name[0] != '.' && length > suffix &&
	       !strcmp(name + length - suffix, TRACK_SPOOL_SUFFIX);
}

/*
 * FNV-1a of the name, then of the inode. Not the other way round: neighbours in
 * both would meet in one key.
 */
static uint64_t key_of(const char *name, uint64_t inode)
{
	uint64_t key = 0xcbf29ce484222325ull;
	for (const char *at = name; *at; at++)
		key = (key ^ (uint8_t)*at) * 0x100000001b3ull;
	for (size_t i = 0; i < sizeof(inode); i++, inode >>= 8)
		key = (key ^ (inode & 0xff)) * 0x100000001b3ull;
	return key;
}

static int show(struct folder *folder, const struct dirent *entry, folder_found found, void *ctx)
{
	uint64_t key = key_of(entry->d_name, entry->d_ino);
	if (u64map_get(&folder->seen, key))
		return 0;
	char *path;
	if (asprintf(&path, "%s/%s", folder->path, entry->d_name) < 0)
		return -ENOMEM;
	int ret = found(ctx, path);
	free(path);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	return u64map_put(&folder->seen, key, 1);
}

void folder_forget(struct folder *folder, const char *path, ino_t inode)
{
	const char *slash = strrchr(path, '/');
	u64map_remove(&folder->seen, key_of(slash ? slash + 1 : path, inode));
}

int folder_scan(struct folder *folder, folder_found found, void *ctx)
{
	DIR *dir = opendir(folder->path);
	if (!dir)
		return -errno;
	int ret = 0;
	if (is_unchanged(folder, dir))
		goto out;
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry) {
			ret = -errno;
			break;
		}
		if (is_spool_name(entry->d_name))
			ret = show(folder, entry, found, ctx);
		if (ret)
			break;
	}
	if (ret)
		folder->changed = (struct timespec){0};
out:
	closedir(dir);
	return ret;
}
