/* SPDX-License-Identifier: Apache-2.0 */
/* A folder in which spools appear. */
#ifndef COLLECT_FOLDER_H
#define COLLECT_FOLDER_H

#include <base/u64map.h>
#include <sys/types.h>
#include <time.h>

struct folder {
	char *path;		 /* owned */
	struct u64map seen;	 /* names and inodes */
	struct timespec changed; /* when the folder was last changed before a scan, */
	struct timespec scanned; /* and when that scan was */
};

/* -ENOMEM. */
int folder_init(struct folder *folder, const char *path);
void folder_finish(struct folder *folder);

/* 0: seen, do not show it again. -ENOENT: forget it. Else an error that ends the scan. */
typedef int (*folder_found)(void *ctx, const char *path);
/* Call found for each spool not shown before. Cheap while nothing changes. 0 or -errno. */
int folder_scan(struct folder *folder, folder_found found, void *ctx);
/* The spool at path was removed: no need to remember it. */
void folder_forget(struct folder *folder, const char *path, ino_t inode);

#endif
