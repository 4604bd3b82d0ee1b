/* SPDX-License-Identifier: Apache-2.0 */
#include "spool.h"

#include <collect/in_use.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far above any real layout, far below where sums of offsets could overflow. */
#define OFFSET_MAX (1ull << 40)

static int complain(char *ret_error, size_t error_bytes, const char *path, const char *what)
{
	snprintf(ret_error, error_bytes,
		 "%s is not a spool: %s; give a file that ends in %s, as the recorder wrote it",
		 path, what, TRACK_SPOOL_SUFFIX);
	return -EBADMSG;
}

/* In the order in which they lie in the file. */
static struct table table_of(const struct track_spool *header, enum spool_table which)
{
	const struct table tables[SPOOL_TABLES] = {
		[SPOOL_USAGE] = {header->usage_offset, header->usage_count,
				 sizeof(struct track_fd_usage)},
		[SPOOL_STANDINGS] = {header->standings_offset, header->standing_count,
				     sizeof(struct track_standing)},
		[SPOOL_WAKERS] = {header->wakers_offset, header->waker_count,
				  sizeof(struct track_waker)},
		[SPOOL_ORDERS] = {header->orders_offset, header->order_count,
				  sizeof(struct track_lock_order)},
	};
	return tables[which];
}

/* What is wrong with the places of its tables; NULL if nothing. */
static const char *tables_fault(const struct track_spool *header)
{
	uint64_t end = TRACK_HEADER_BYTES;
	for (enum spool_table which = 0; which < SPOOL_TABLES; which++) {
		struct table table = table_of(header, which);
		if (table.count > (which == SPOOL_USAGE ? TRACK_USAGE_MAX : TRACK_STANDINGS_MAX))
			return "its tables are larger than any spool's";
		if (!table.count && !table.offset && which != SPOOL_USAGE)
			continue;
		if (table.offset > OFFSET_MAX || table.offset % 8)
			return "its tables have impossible places";
		if (table.offset < end)
			return "its tables overlap";
		end = table.offset + (uint64_t)table.count * table.entry_bytes;
	}
	return header->segments_offset < end ? "its tables overlap" : NULL;
}

/* What is wrong with the layout that a header describes; NULL if nothing. */
static const char *layout_fault(const struct track_spool *header)
{
	if (header->header_bytes != TRACK_HEADER_BYTES)
		return "its header has the wrong size";
	if (header->segment_bytes != TRACK_SEGMENT_BYTES)
		return "its segments have the wrong size";
	if (header->segment_count > TRACK_SEGMENTS_MAX)
		return "its tables are larger than any spool's";
	if (header->segments_offset > OFFSET_MAX || header->segments_offset % 8)
		return "its tables have impossible places";
	if (header->engine >= TRACK_ENGINE__COUNT)
		return "its writer is of no known kind";
	if (header->pid <= 0 || header->origin >= TRACK_ORIGIN__COUNT ||
	    header->start_ns > INT64_MAX || header->realtime_ns > INT64_MAX)
		return "it names no process";
	return tables_fault(header);
}

/* A pid of another namespace is nobody here, or somebody else. */
static bool is_foreign(const struct track_spool *header)
{
	struct stat st;
	return header->pid_namespace && !stat("/proc/self/ns/pid", &st) &&
	       st.st_ino != header->pid_namespace;
}

static void take_header(struct spool *spool, const struct track_spool *header)
{
	for (enum spool_table which = 0; which < SPOOL_TABLES; which++)
		spool->tables[which] = table_of(header, which);
	spool->segments_offset = header->segments_offset;
	spool->segment_count = header->segment_count;
	spool->pid = header->pid;
	spool->ppid = header->ppid;
	spool->origin = (enum track_origin)header->origin;
	spool->start_ns = header->start_ns;
	spool->start_ticks = header->start_ticks;
	spool->foreign = is_foreign(header);
	spool->realtime_ns = header->realtime_ns;
	spool->engine = (enum track_engine)header->engine;
	spool->writer_pid = header->writer_pid;
	spool->writer_ticks = header->writer_ticks;
	/* Of thousands, it would be asked at each look. */
	spool->ours = spool->engine == TRACK_ENGINE_PROBES && spool->writer_pid == getpid() &&
		      writer_lives(spool->writer_pid, spool->writer_ticks);
}

/* O_NONBLOCK: a FIFO of that name must not hold us up. */
static int open_regular(const char *path, int flags, struct stat *ret_stat)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	int ret = fstat(fd, ret_stat) ? -errno : S_ISREG(ret_stat->st_mode) ? 0 : -EBADMSG;
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

static int read_header(int fd, const char *path, struct track_spool *ret_header, char *ret_error,
		       size_t error_bytes)
{
	ssize_t size = pread(fd, ret_header, sizeof(*ret_header), 0);
	if (size < 0) {
		int ret = -errno;
		snprintf(ret_error, error_bytes, "%s cannot be read: %s", path, strerror(-ret));
		return ret;
	}
	if ((size_t)size < sizeof(ret_header->magic) + sizeof(ret_header->version) ||
	    memcmp(ret_header->magic, TRACK_SPOOL_MAGIC, sizeof(ret_header->magic)) != 0)
		return complain(ret_error, error_bytes, path, "it does not begin like one");
	if (ret_header->version != TRACK_WIRE_VERSION) {
		snprintf(ret_error, error_bytes,
			 "%s was written by another version of rtctrack (wire %u, expected %u); "
			 "read it with the rtctrack that wrote it",
			 path, ret_header->version, TRACK_WIRE_VERSION);
		return -EBADMSG;
	}
	if ((size_t)size < sizeof(*ret_header))
		return complain(ret_error, error_bytes, path, "it ends inside its header");
	const char *fault = layout_fault(ret_header);
	return fault ? complain(ret_error, error_bytes, path, fault) : 0;
}

int spool_probe(const char *path, struct spool *ret_spool, char *ret_error, size_t error_bytes)
{
	struct stat st;
	int fd = open_regular(path, O_RDONLY, &st);
	if (fd == -EBADMSG)
		return complain(ret_error, error_bytes, path, "it is not a regular file");
	if (fd < 0) {
		snprintf(ret_error, error_bytes, "%s cannot be opened: %s", path, strerror(-fd));
		return fd;
	}
	struct track_spool header;
	int ret = read_header(fd, path, &header, ret_error, error_bytes);
	close(fd);
	if (ret)
		return ret;

	struct spool spool = {.device = st.st_dev, .inode = st.st_ino, .path = strdup(path)};
	if (!spool.path)
		return -ENOMEM;
	take_header(&spool, &header);
	*ret_spool = spool;
	return 0;
}

void spool_finish(struct spool *spool)
{
	spool_unmap(spool);
	free(spool->path);
	spool->path = NULL;
}

static int open_same(const struct spool *spool, int flags, struct stat *ret_stat)
{
	int fd = open_regular(spool->path, flags, ret_stat);
	if (fd < 0)
		return fd;
	if (ret_stat->st_dev == spool->device && ret_stat->st_ino == spool->inode)
		return fd;
	close(fd);
	return -ESTALE;
}

int spool_map(struct spool *spool, bool writable)
{
	if (spool->map)
		return 0;
	struct stat st;
	int fd = writable ? open_same(spool, O_RDWR, &st) : -EACCES;
	writable = fd >= 0;
	if (fd == -EACCES || fd == -EPERM || fd == -EROFS)
		fd = open_same(spool, O_RDONLY, &st);
	if (fd < 0)
		return fd;

	uint64_t wanted =
		spool->segments_offset + (uint64_t)spool->segment_count * TRACK_SEGMENT_BYTES;
	uint64_t bytes = (uint64_t)st.st_size < wanted ? (uint64_t)st.st_size : wanted;
	int ret = 0;
	void *map = MAP_FAILED;
	if (bytes < sizeof(struct track_spool))
		ret = -EBADMSG;
	else
		map = mmap(NULL, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
			   fd, 0);
	if (!ret && map == MAP_FAILED)
		ret = -errno;
	uint64_t *backed = ret ? NULL : calloc(TRACK_SEGMENTS_MAX / 64, sizeof(*backed));
	if (!ret && !backed) {
		munmap(map, bytes);
		ret = -ENOMEM;
	}
	if (ret) {
		close(fd);
		return ret;
	}
	spool->fd = fd;
	spool->backed = backed;
	spool->map = map;
	spool->map_bytes = bytes;
	spool->writable = writable;
	spool->cut = bytes < wanted;
	return 0;
}

void spool_unmap(struct spool *spool)
{
	if (!spool->map)
		return;
	munmap(spool->map, spool->map_bytes);
	close(spool->fd);
	free(spool->backed);
	spool->backed = NULL;
	for (uint32_t i = 0; spool->copies && i < spool->segment_count; i++)
		free(spool->copies[i]);
	free(spool->copies);
	spool->copies = NULL;
	spool->map = NULL;
	spool->map_bytes = 0;
	spool->writable = false;
}

int spool_reopen(const struct spool *spool)
{
	struct stat st;
	return open_same(spool, O_RDONLY, &st);
}

enum track_state spool_state(const struct spool *spool)
{
	uint32_t state = TRACK_STATE_RUNNING;
	int fd = spool->map ? -1 : spool_reopen(spool);
	if (spool->map)
		state = __atomic_load_n(&spool->map->state, __ATOMIC_ACQUIRE);
	else if (fd >= 0 && pread(fd, &state, sizeof(state), offsetof(struct track_spool, state)) !=
				    (ssize_t)sizeof(state))
		state = TRACK_STATE_RUNNING;
	if (fd >= 0)
		close(fd);
	return state < TRACK_STATE__COUNT ? (enum track_state)state : TRACK_STATE_RUNNING;
}

bool spool_is_added_to(const struct spool *spool)
{
	uint64_t settled_ns = 0;
	if (!spool->owned || spool->engine != TRACK_ENGINE_SHIM)
		return false;
	int fd = spool->map ? -1 : spool_reopen(spool);
	if (spool->map)
		settled_ns = __atomic_load_n(&spool->map->settled_ns, __ATOMIC_ACQUIRE);
	else if (fd >= 0 &&
		 pread(fd, &settled_ns, sizeof(settled_ns),
		       offsetof(struct track_spool, settled_ns)) != (ssize_t)sizeof(settled_ns))
		settled_ns = 0;
	if (fd >= 0)
		close(fd);
	return settled_ns && settled_ns != UINT64_MAX;
}

bool spool_is_written(const struct spool *spool)
{
	switch (spool->engine) {
	case TRACK_ENGINE_SHIM:
		return writer_lives(spool->pid, spool->start_ticks) || spool_is_added_to(spool);
	case TRACK_ENGINE_PROBES:
		return spool_state(spool) != TRACK_STATE_ENDED &&
		       (spool->ours || writer_lives(spool->writer_pid, spool->writer_ticks));
	case TRACK_ENGINE__COUNT:
		break;
	}
	return false;
}

uint32_t spool_segments_used(const struct spool *spool)
{
	uint32_t used = __atomic_load_n(&spool->map->segments_used, __ATOMIC_ACQUIRE);
	if (spool->map_bytes < spool->segments_offset)
		return 0;
	uint64_t held = (spool->map_bytes - spool->segments_offset + TRACK_SEGMENT_BYTES - 1) /
			TRACK_SEGMENT_BYTES;
	return held < used ? (uint32_t)held : used;
}

uint32_t spool_segments_booked(const struct spool *spool)
{
	uint32_t used = __atomic_load_n(&spool->map->segments_used, __ATOMIC_ACQUIRE);
	uint32_t ready = __atomic_load_n(&spool->map->segments_ready, __ATOMIC_RELAXED);
	uint32_t booked = ready > used ? ready : used;
	return booked < spool->segment_count ? booked : spool->segment_count;
}

/*
 * A segment whose pages the writer could not get has a hole in it. One look
 * finds the next hole, and so tells about all segments before it.
 */
static bool is_backed(struct spool *spool, uint32_t index, uint64_t offset)
{
	if (spool->backed[index / 64] & 1ull << index % 64)
		return true;
	off_t found = lseek(spool->fd, (off_t)offset, SEEK_HOLE);
	/* A file system that knows no holes has none. */
	uint64_t hole = found < 0 ? spool->map_bytes : (uint64_t)found;
	bool backed = false;
	for (; index < spool->segment_count; index++) {
		uint64_t end = offset + TRACK_SEGMENT_BYTES;
		if (hole < (end < spool->map_bytes ? end : spool->map_bytes) || offset >= hole)
			break;
		spool->backed[index / 64] |= 1ull << index % 64;
		offset = end;
		backed = true;
	}
	return backed;
}

/*
 * A sparse copy of a spool has holes where zeros were, so they are read. While
 * the writer may still get the room, there is nothing to see.
 */
static struct track_segment *read_copy(struct spool *spool, uint32_t index, uint64_t offset,
				       uint32_t bytes)
{
	if (spool->writable)
		return NULL;
	if (!spool->copies)
		spool->copies = calloc(spool->segment_count, sizeof(*spool->copies));
	if (!spool->copies || spool->copies[index])
		return spool->copies ? spool->copies[index] : NULL;
	void *copy = calloc(1, TRACK_SEGMENT_BYTES);
	if (copy && pread(spool->fd, copy, bytes, (off_t)offset) != (ssize_t)bytes) {
		free(copy);
		return NULL;
	}
	return spool->copies[index] = copy;
}

struct track_segment *spool_segment(struct spool *spool, uint32_t index, uint32_t *ret_bytes)
{
	uint64_t offset = spool->segments_offset + (uint64_t)index * TRACK_SEGMENT_BYTES;
	if (index >= spool->segment_count ||
	    offset + sizeof(struct track_segment) > spool->map_bytes)
		return NULL;
	uint64_t bytes = spool->map_bytes - offset;
	*ret_bytes = bytes < TRACK_SEGMENT_BYTES ? (uint32_t)bytes & ~7u : TRACK_SEGMENT_BYTES;
	if (!is_backed(spool, index, offset))
		return read_copy(spool, index, offset, *ret_bytes);
	return (struct track_segment *)((uint8_t *)spool->map + offset);
}

void spool_rest(const struct spool *spool)
{
	if (spool->map)
		(void)madvise(spool->map, spool->map_bytes, MADV_DONTNEED);
}

void spool_give_back(struct spool *spool, uint32_t index, struct track_segment *segment)
{
	memset(segment + 1, 0, TRACK_SEGMENT_BYTES - sizeof(*segment));
	segment->tid = 0;
	memset(segment->pad, 0, sizeof(segment->pad));
	/* Full, until it is taken: a writer that was held up on its way here finds no room. */
	__atomic_store_n(&segment->reserved, TRACK_SEGMENT_BYTES, __ATOMIC_RELAXED);
	__atomic_store_n(&segment->state, TRACK_SEGMENT_FREE, __ATOMIC_RELEASE);
	__atomic_fetch_add(&spool->map->given_back, 1, __ATOMIC_RELAXED);
	__atomic_fetch_or(&spool->map->free_segments[index / 64], 1ull << index % 64,
			  __ATOMIC_RELEASE);
}
