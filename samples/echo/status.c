/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <dcstack/dcstack.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

struct objects {
	unsigned count, references;
	FILE *to; /* NULL: count only */
};

static void visit(void *user, const char *class_name, const char *holder, unsigned references)
{
	struct objects *objects = user;
	objects->count++;
	objects->references += references;
	if (objects->to)
		fprintf(objects->to, "object %s %s %u\n", class_name, holder, references);
}

void status_print_objects(FILE *to)
{
	struct objects objects = {.to = to};
	dc_library_alive(visit, &objects);
}

static unsigned entries(const char *folder)
{
	unsigned count = 0;
	DIR *dir = opendir(folder);
	if (!dir)
		return 0;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2; /* . and .. */
}

static unsigned long rss_kb(void)
{
	unsigned long size, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

void status_print(FILE *to, unsigned http_connections)
{
	struct objects objects = {0};
	dc_library_alive(visit, &objects);
	unsigned fds = entries("/proc/self/fd");
	fprintf(to, "objects %u\nreferences %u\nfds %u\nthreads %u\nrss_kb %lu\n", objects.count,
		objects.references, fds > http_connections ? fds - http_connections - 1 : 0,
		entries("/proc/self/task"), rss_kb());
}
