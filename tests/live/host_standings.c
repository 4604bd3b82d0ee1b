/* SPDX-License-Identifier: Apache-2.0 */
#include "host_standings.h"
#include "host.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOR_EVER 60 /* seconds to wait for what comes at once */

/* The spool of this process, read from its file: of the map, parts may not be touched. */
struct track_spool standings_header(int *ret_fd)
{
	static char line[PATH_MAX + 256];
	struct track_spool header = {0};
	FILE *maps = fopen("/proc/self/maps", "r");
	*ret_fd = -1;
	host_check(maps, "no /proc/self/maps");
	while (*ret_fd < 0 && fgets(line, sizeof(line), maps)) {
		line[strcspn(line, "\n")] = '\0';
		if (strstr(line, TRACK_SPOOL_SUFFIX))
			*ret_fd = open(strchr(line, '/'), O_RDONLY);
	}
	fclose(maps);
	host_check(*ret_fd >= 0 && pread(*ret_fd, &header, sizeof(header), 0) == sizeof(header),
		   "no spool");
	return header;
}

struct track_standing standing_of(uint32_t tid)
{
	struct track_standing found = {0};
	int fd;
	struct track_spool header = standings_header(&fd);
	for (uint32_t i = 0; i < header.standing_count && found.tid != tid; i++) {
		ssize_t size = pread(fd, &found, sizeof(found),
				     (off_t)(header.standings_offset + i * sizeof(found)));
		host_check(size == sizeof(found), "no standing");
	}
	close(fd);
	return found;
}

uint32_t standing_tid(void)
{
	return (uint32_t)syscall(SYS_gettid);
}

struct track_standing standing_mine(void)
{
	struct track_standing standing = standing_of(standing_tid());
	host_check(standing.tid == standing_tid() && !(standing.sequence & 1),
		   "no standing of mine");
	return standing;
}

void standing_holds(const struct track_standing *standing, uint32_t position, const void *lock,
		    enum track_wait mode, uint32_t depth)
{
	const struct track_held *held = &standing->held[position];
	host_check(position < standing->held_count && held->lock == (uintptr_t)lock &&
			   held->mode == mode && held->depth == depth && held->caller &&
			   held->since_ns,
		   "what is held is not told");
}

void standing_is_free(void)
{
	struct track_standing standing = standing_mine();
	host_check(!standing.held_count && !standing.wait, "something is held, or waited for");
}

/* What was taken after what; who woke whom. */
struct track_lock_order standing_order(const void *first, const void *second)
{
	struct track_lock_order found = {0};
	int fd;
	struct track_spool header = standings_header(&fd);
	for (uint32_t i = 0; i < header.order_count; i++) {
		struct track_lock_order order;
		ssize_t size = pread(fd, &order, sizeof(order),
				     (off_t)(header.orders_offset + i * sizeof(order)));
		host_check(size == sizeof(order), "no orders");
		if (order.first == (uintptr_t)first && order.second == (uintptr_t)second)
			found = order;
	}
	close(fd);
	return found;
}

struct track_waker standing_waker(const void *subject)
{
	struct track_waker found = {0};
	int fd;
	struct track_spool header = standings_header(&fd);
	for (uint32_t i = 0; i < header.waker_count; i++) {
		struct track_waker waker;
		ssize_t size = pread(fd, &waker, sizeof(waker),
				     (off_t)(header.wakers_offset + i * sizeof(waker)));
		host_check(size == sizeof(waker), "no wakers");
		if (waker.subject == (uintptr_t)subject)
			found = waker;
	}
	close(fd);
	return found;
}

struct track_standing standing_await(const uint32_t *tid, enum track_wait wait)
{
	for (int i = 0; i < FOR_EVER * 1000; i++) {
		uint32_t known = __atomic_load_n(tid, __ATOMIC_ACQUIRE);
		struct track_standing standing = {0};
		if (known)
			standing = standing_of(known);
		if (standing.wait == wait)
			return standing;
		usleep(1000);
	}
	host_check(false, "the wait is not told");
	return (struct track_standing){0};
}

void by_another(void *(*act)(void *), pthread_mutex_t *lock)
{
	pthread_t thread;
	host_check(!pthread_create(&thread, NULL, act, lock), "no thread");
	pthread_join(thread, NULL);
}
