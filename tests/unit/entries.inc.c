/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc lists of this process. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <time.h>

/* Entries of a folder of /proc/self. */
static inline unsigned entries(const char *path)
{
	DIR *folder = opendir(path);
	unsigned count = 0;

	cr_assert_not_null(folder);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

static inline unsigned count_fds(void)
{
	return entries("/proc/self/fd");
}

enum { SETTLE_MS = 30000 };

/* The kernel lists a thread for a moment after it was joined. */
static inline unsigned threads_settled(unsigned expected)
{
	unsigned count;

	for (int i = 0; (count = entries("/proc/self/task")) != expected && i < SETTLE_MS; i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	return count;
}
