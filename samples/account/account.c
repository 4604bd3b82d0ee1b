/* SPDX-License-Identifier: Apache-2.0 */
#include <account/account.h>

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

/* But . and .. */
static unsigned entries(const char *folder)
{
	unsigned count = 0;
	DIR *dir = opendir(folder);

	if (!dir)
		return 0;
	for (const struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

unsigned account_fds(void)
{
	unsigned count = entries("/proc/self/fd");

	return count ? count - 1 : 0;
}

unsigned account_threads(void)
{
	return entries("/proc/self/task");
}

unsigned long account_rss_kb(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file)
		return 0;
	if (fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}
