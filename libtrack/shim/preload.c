/* SPDX-License-Identifier: Apache-2.0 */
#include "preload.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATHS_BYTES 8192
#define SONAMES_BYTES 4096

/* Written once, at start-up. */
static struct preload {
	const char *path;
	const char *sonames; /* "A=B", to the end or a colon; NULL: for all */
} preloads[PRELOADS];
static uint32_t count;
static char paths[PATHS_BYTES];
static size_t paths_used;
static char sonames[SONAMES_BYTES];

/* NULL: there is no room left. */
static const char *keep_path(const char *const *parts, const size_t *sizes, size_t part_count)
{
	char *path = paths + paths_used;
	size_t used = paths_used;
	for (size_t i = 0; i < part_count; i++) {
		if (sizes[i] >= PATHS_BYTES - used)
			return NULL;
		memcpy(paths + used, parts[i], sizes[i]);
		used += sizes[i];
	}
	paths[used++] = '\0';
	paths_used = used;
	return path;
}

static void add(const char *folder, size_t folder_bytes, const char *entry, size_t size)
{
	struct preload *preload = &preloads[count];
	size_t name_bytes = strcspn(entry, "=:");
	bool is_for_all = *entry == '+';
	const char *const whole[] = {entry + 1};
	const char *const parts[] = {folder, "/libtrack-", entry, ".so"};
	if (count == PRELOADS || !size || (!is_for_all && name_bytes == size))
		return;
	preload->path = is_for_all
				? keep_path(whole, (size_t[]){size - 1}, 1)
				: keep_path(parts, (size_t[]){folder_bytes, 10, name_bytes, 3}, 4);
	preload->sonames = is_for_all ? NULL : entry + name_bytes + 1;
	count += preload->path != NULL;
}

void preload_init(const char *value)
{
	size_t size = value ? strlen(value) : 0;
	if (!size || size >= sizeof(sonames))
		return;
	memcpy(sonames, value, size + 1);
	size_t folder_bytes = strcspn(sonames, ":");
	for (const char *entry = sonames + folder_bytes; *entry++;) {
		size_t length = strcspn(entry, ":");
		add(sonames, folder_bytes, entry, length);
		entry += length;
	}
}

/* The pattern ends at a = or a colon. */
static bool fits(const char *pattern, const char *name)
{
	const char *star = NULL, *from = NULL;
	for (;;) {
		bool at_end = !*pattern || *pattern == '=' || *pattern == ':';
		if (*pattern == '*') {
			star = ++pattern;
			from = name;
		} else if (at_end ? !*name : *pattern == *name) {
			if (at_end)
				return true;
			pattern++;
			name++;
		} else {
			if (!star || !*from)
				return false;
			pattern = star;
			name = ++from;
		}
	}
}

static bool is_wanted(const struct preload *preload, const char *soname)
{
	const char *pattern = preload->sonames;
	while (pattern && *pattern) {
		if (fits(pattern, soname))
			return true;
		pattern += strcspn(pattern, "=:");
		if (*pattern != '=')
			return false;
		pattern++;
	}
	return false;
}

uint32_t preload_for(const char *soname)
{
	uint32_t set = 0;
	for (uint32_t i = 0; i < count; i++)
		set |= (uint32_t)is_wanted(&preloads[i], soname) << i;
	return set;
}

uint32_t preload_named(const char *path, size_t length)
{
	for (uint32_t i = 0; i < count; i++)
		if (!strncmp(preloads[i].path, path, length) && !preloads[i].path[length])
			return 1u << i;
	return 0;
}

uint32_t preload_in(const char *list)
{
	uint32_t set = 0;
	for (const char *piece = list ? list : ""; *piece;) {
		size_t length = strcspn(piece, " :");
		set |= length ? preload_named(piece, length) : 0;
		piece += length + (piece[length] != '\0');
	}
	return set;
}

uint32_t preload_choose(uint32_t fitting)
{
	uint32_t set = 0;
	for (uint32_t i = 0; i < count; i++)
		if ((fitting >> i & 1 || !preloads[i].sonames) &&
		    !sys4(SYS_faccessat, AT_FDCWD, (long)preloads[i].path, R_OK, 0))
			set |= 1u << i;
	return set;
}

const char *preload_path(uint32_t set)
{
	return preloads[__builtin_ctz(set)].path;
}

size_t preload_bytes(uint32_t set)
{
	size_t bytes = 0;
	for (; set; set &= set - 1)
		bytes += strlen(preload_path(set)) + 1;
	return bytes;
}
