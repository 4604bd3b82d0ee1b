/* SPDX-License-Identifier: Apache-2.0 */
#include "thread_limit.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t less(uint64_t limit, uint64_t other)
{
	return other && (!limit || other < limit) ? other : limit;
}

/* 0: there is no such file, or no number in it. */
static uint64_t number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	uint64_t number = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &number) != 1)
		number = 0;
	fclose(file);
	return number;
}

/* Of our cgroup and those around it, where the second version has them. */
static uint64_t of_cgroups(void)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX], path[PATH_MAX + 64];
	uint64_t limit = 0;

	while (file && fgets(line, sizeof(line), file)) {
		char *folder = line + 3, *slash;

		if (strncmp(line, "0::/", 4) != 0)
			continue;
		folder[strcspn(folder, "\n")] = '\0';
		for (; (slash = strrchr(folder, '/')); *slash = '\0') {
			snprintf(path, sizeof(path), "/sys/fs/cgroup%s/pids.max", folder);
			limit = less(limit, number_in(path));
		}
	}
	if (file)
		fclose(file);
	return limit;
}

/* Root is bound by none. */
static uint64_t of_user(void)
{
	struct rlimit user;

	if (geteuid() == 0 || getrlimit(RLIMIT_NPROC, &user) < 0 || user.rlim_cur == RLIM_INFINITY)
		return 0;
	return user.rlim_cur;
}

uint64_t thread_limit(void)
{
	uint64_t limit = number_in("/proc/sys/kernel/threads-max");

	limit = less(limit, number_in("/proc/sys/kernel/pid_max"));
	limit = less(limit, of_user());
	return less(limit, of_cgroups());
}
