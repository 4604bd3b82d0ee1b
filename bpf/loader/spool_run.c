/* SPDX-License-Identifier: Apache-2.0 */
#include "spool_run.h"
#include "process_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_valid(const struct track_budget *found)
{
	return !memcmp(found->magic, TRACK_BUDGET_MAGIC, sizeof(found->magic)) &&
	       found->version == TRACK_WIRE_VERSION;
}

static struct track_budget *open_budget(const char *folder)
{
	char path[PATH_MAX];
	struct stat st;
	if (snprintf(path, sizeof(path), "%s/%s", folder, TRACK_BUDGET_FILE) >= PATH_MAX)
		return NULL;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	void *map = MAP_FAILED;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size >= (off_t)TRACK_BUDGET_BYTES)
		map = mmap(NULL, TRACK_BUDGET_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return NULL;
	if (is_valid(map))
		return map;
	munmap(map, TRACK_BUDGET_BYTES);
	return NULL;
}

static uint64_t pid_namespace(void)
{
	struct stat st;
	return stat("/proc/self/ns/pid", &st) ? 0 : st.st_ino;
}

int spool_run_init(struct spool_run *run, const char *folder, uint64_t cap_bytes)
{
	struct process_stat own;
	*run = (struct spool_run){.folder = strdup(folder), .cap_bytes = cap_bytes};
	if (!run->folder)
		return -ENOMEM;
	run->budget = open_budget(folder);
	run->writer_pid = getpid();
	run->writer_ticks = process_read_stat(run->writer_pid, &own) ? 0 : own.start_ticks;
	run->pid_namespace = pid_namespace();
	return 0;
}

void spool_run_finish(struct spool_run *run)
{
	if (run->budget)
		munmap(run->budget, TRACK_BUDGET_BYTES);
	free(run->folder);
	*run = (struct spool_run){0};
}

bool spool_run_take(struct spool_run *run)
{
	if (!run->budget)
		return true;
	uint64_t *used = &run->budget->segments_used;
	uint64_t seen = __atomic_load_n(used, __ATOMIC_RELAXED);
	do {
		if (seen >= run->budget->segments_cap)
			return false;
	} while (!__atomic_compare_exchange_n(used, &seen, seen + 1, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

void spool_run_return(struct spool_run *run)
{
	if (run->budget)
		__atomic_fetch_sub(&run->budget->segments_used, 1, __ATOMIC_RELAXED);
}

void spool_run_count_unrecorded(struct spool_run *run)
{
	if (run->budget)
		__atomic_fetch_add(&run->budget->unrecorded, 1, __ATOMIC_RELAXED);
}
