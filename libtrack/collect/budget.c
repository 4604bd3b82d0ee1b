/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The file belongs to the traced program: what was cut off since must not be touched. */
static bool is_whole(int fd)
{
	struct stat st;
	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size >= (off_t)TRACK_BUDGET_BYTES;
}

static bool is_known(const struct track_budget *map)
{
	return !memcmp(map->magic, TRACK_BUDGET_MAGIC, sizeof(map->magic)) &&
	       map->version == TRACK_WIRE_VERSION;
}

int budget_open(struct budget *budget, const char *folder)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/%s", folder, TRACK_BUDGET_FILE) >= PATH_MAX)
		return -ENAMETOOLONG;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	int ret = is_whole(fd) ? 0 : -EBADMSG;
	void *map = MAP_FAILED;
	if (!ret)
		map = mmap(NULL, TRACK_BUDGET_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!ret && map == MAP_FAILED)
		ret = -errno;
	if (!ret && !is_known(map)) {
		munmap(map, TRACK_BUDGET_BYTES);
		ret = -EBADMSG;
	}
	if (ret) {
		close(fd);
		return ret;
	}
	*budget = (struct budget){.map = map, .fd = fd};
	return 0;
}

void budget_close(struct budget *budget)
{
	if (!budget->map)
		return;
	budget_leave(budget);
	munmap(budget->map, TRACK_BUDGET_BYTES);
	close(budget->fd);
	*budget = (struct budget){0};
}

void budget_give_back(struct budget *budget, uint32_t segments)
{
	if (!budget->map || !segments || !is_whole(budget->fd))
		return;
	uint64_t *used = &budget->map->segments_used;
	uint64_t seen = __atomic_load_n(used, __ATOMIC_RELAXED);
	uint64_t left;
	do {
		left = seen > segments ? seen - segments : 0;
	} while (!__atomic_compare_exchange_n(used, &seen, left, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
}

uint64_t budget_unrecorded(const struct budget *budget)
{
	if (!budget->map || !is_whole(budget->fd))
		return 0;
	uint64_t unrecorded = __atomic_load_n(&budget->map->unrecorded, __ATOMIC_RELAXED);
	return unrecorded < INT64_MAX ? unrecorded : INT64_MAX;
}

/*
 * What the kernel walks when the thread dies. Only the word lies where the traced program can
 * write: the list is in memory of our own.
 */
struct reader {
	struct robust_list_head head;
	struct robust_list entry;
	struct robust_list_head *before; /* the thread's own, libc's */
};

void budget_attend(struct budget *budget)
{
	size_t size;
	if (budget->reader || !budget->map || !is_whole(budget->fd) || !budget->map->settle_ns)
		return;
	struct reader *reader = calloc(1, sizeof(*reader));
	if (!reader)
		return;
	reader->head.list.next = &reader->entry;
	reader->entry.next = &reader->head.list;
	reader->head.futex_offset = (char *)&budget->map->reader - (char *)&reader->entry;
	if (syscall(SYS_get_robust_list, 0, &reader->before, &size) ||
	    syscall(SYS_set_robust_list, &reader->head, sizeof(reader->head))) {
		free(reader);
		return;
	}
	budget->reader = reader;
	__atomic_store_n(&budget->map->reader, (uint32_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
}

void budget_leave(struct budget *budget)
{
	struct reader *reader = budget->reader;
	if (!reader)
		return;
	if (is_whole(budget->fd))
		__atomic_store_n(&budget->map->reader, 0, __ATOMIC_RELEASE);
	syscall(SYS_set_robust_list, reader->before, sizeof(*reader->before));
	free(reader);
	budget->reader = NULL;
}
