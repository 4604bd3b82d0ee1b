/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"

#include <errno.h>
#include <limits.h>
#include <probes/probes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#define MIB (1ull << 20)
#define LEAST_LEFT (32 * MIB) /* the kernel's types alone take half of it while they are read */
#define RING_LEAST (256ull << 10)
#define RING_SHARE 16u	  /* of what is left */
#define RING_SHARE_MAX 4u /* where the user asked for more than the default */
#define TABLES_SHARE 16u
#define TABLES_BYTES (32 * MIB) /* at their full size, those that can be smaller */
#define SHIFT_MAX 5u

/* Where each version has them, below /sys/fs/cgroup. */
static const struct hierarchy {
	const char *folder;
	bool unified;
	const char *limit;
	const char *used; /* of memory.stat: what cannot be given back */
} hierarchies[] = {
	{"", true, "memory.max", "anon"},
	{"/unified", true, "memory.max", "anon"},
	{"/memory", false, "memory.limit_in_bytes", "total_rss"},
};

static FILE *open_in(const char *folder, const char *name)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", folder, name);
	return length > 0 && (size_t)length < sizeof(path) ? fopen(path, "re") : NULL;
}

/* "max", and what stands for it, is unlimited. */
static uint64_t read_limit(const char *folder, const char *name)
{
	char word[32] = "";
	FILE *file = open_in(folder, name);
	if (!file)
		return ROOM_UNLIMITED;
	bool read = fscanf(file, "%31s", word) == 1;
	fclose(file);
	char *end;
	unsigned long long bytes = strtoull(word, &end, 10);
	return !read || *end || end == word || bytes >> 60 ? ROOM_UNLIMITED : bytes;
}

static uint64_t read_used(const char *folder, const char *name)
{
	char line[128], word[64];
	unsigned long long bytes = 0, found = 0;
	FILE *file = open_in(folder, "memory.stat");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %llu", word, &bytes) == 2 && !strcmp(word, name))
			found = bytes;
	fclose(file);
	return found;
}

/* From our group up to the root; what a namespace hides of it is not there, and passed over. */
static uint64_t left_along(const char *top, const char *group, const struct hierarchy *hierarchy)
{
	char folder[PATH_MAX];
	uint64_t least = ROOM_UNLIMITED;
	size_t top_bytes = strlen(top);
	if ((size_t)snprintf(folder, sizeof(folder), "%s%s", top, group) >= sizeof(folder))
		return ROOM_UNLIMITED;
	for (char *slash = folder; slash;) {
		uint64_t limit = read_limit(folder, hierarchy->limit);
		if (limit != ROOM_UNLIMITED) {
			uint64_t used = read_used(folder, hierarchy->used);
			uint64_t left = used < limit ? limit - used : 0;
			least = left < least ? left : least;
		}
		slash = strrchr(folder + top_bytes, '/');
		if (slash)
			*slash = '\0';
	}
	return least;
}

/* A line is "number:controllers:group"; of the unified hierarchy "0::group". */
static const char *group_of(char *line, bool *ret_unified)
{
	char *rest = strchr(line, ':'), *word;
	char *group = rest ? strchr(rest + 1, ':') : NULL;
	bool has_memory = false;
	if (!group)
		return NULL;
	*group++ = '\0';
	*ret_unified = !*++rest;
	while ((word = strsep(&rest, ",")))
		has_memory |= !strcmp(word, "memory");
	return *ret_unified || has_memory ? group : NULL;
}

uint64_t room_left(const char *root)
{
	char path[PATH_MAX], line[PATH_MAX];
	uint64_t least = ROOM_UNLIMITED;
	FILE *file = open_in(root, "proc/self/cgroup");
	if (!file)
		return least;
	while (fgets(line, sizeof(line), file)) {
		bool unified;
		line[strcspn(line, "\n")] = '\0';
		const char *group = group_of(line, &unified);
		for (size_t i = 0; group && i < sizeof(hierarchies) / sizeof(*hierarchies); i++) {
			if (hierarchies[i].unified != unified)
				continue;
			int length = snprintf(path, sizeof(path), "%s/sys/fs/cgroup%s", root,
					      hierarchies[i].folder);
			if (length < 0 || (size_t)length >= sizeof(path))
				continue;
			uint64_t left = left_along(path, group, &hierarchies[i]);
			least = left < least ? left : least;
		}
	}
	fclose(file);
	return least;
}

uint64_t room_lockable(void)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	struct utsname name;
	int major, minor;
	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2 || major > 5 ||
	    (major == 5 && minor >= 11) || !setrlimit(RLIMIT_MEMLOCK, &limit) ||
	    getrlimit(RLIMIT_MEMLOCK, &limit))
		return ROOM_UNLIMITED;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	return limit.rlim_cur == RLIM_INFINITY ? ROOM_UNLIMITED : limit.rlim_cur;
}

static uint64_t power_below(uint64_t bytes)
{
	uint64_t power = RING_LEAST;
	while (power * 2 <= bytes)
		power *= 2;
	return power;
}

int room_fit(uint64_t left_bytes, uint64_t wanted_ring_bytes, struct room *ret_room)
{
	uint64_t share =
		wanted_ring_bytes > PROBES_RING_BYTES_DEFAULT ? RING_SHARE_MAX : RING_SHARE;
	struct room room = {.ring_bytes = wanted_ring_bytes};
	if (left_bytes < LEAST_LEFT)
		return -ENOMEM;
	if (wanted_ring_bytes > left_bytes / share)
		room.ring_bytes = power_below(left_bytes / share);
	while (room.shift < SHIFT_MAX && TABLES_BYTES >> room.shift > left_bytes / TABLES_SHARE)
		room.shift++;
	*ret_room = room;
	return 0;
}
