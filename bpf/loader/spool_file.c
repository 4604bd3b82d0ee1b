/* SPDX-License-Identifier: Apache-2.0 */
#include "spool_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/mman.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u

/* The table of where threads stand comes first; it takes no room until it is written. */
#define SEGMENTS_OFFSET (TRACK_HEADER_BYTES + SPOOL_STANDINGS * sizeof(struct track_standing))

static uint32_t segments_of(uint64_t cap_bytes)
{
	uint64_t count = cap_bytes / TRACK_SEGMENT_BYTES;
	if (count > TRACK_SEGMENTS_MAX)
		count = TRACK_SEGMENTS_MAX;
	return count ? (uint32_t)count : 1;
}

/* What CLOCK_REALTIME said at a time that CLOCK_MONOTONIC had. */
static uint64_t realtime_at(uint64_t time_ns)
{
	struct timespec now, real;
	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_REALTIME, &real);
	uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
	uint64_t real_ns = (uint64_t)real.tv_sec * 1000000000ull + (uint64_t)real.tv_nsec;
	return real_ns - now_ns + time_ns;
}

/* Counters of traffic are told by records here, so that there is no table of them. */
static void fill_header(struct track_spool *header, const struct spool_run *run,
			const struct spool_image *image)
{
	header->version = TRACK_WIRE_VERSION;
	header->header_bytes = TRACK_HEADER_BYTES;
	header->usage_offset = TRACK_HEADER_BYTES;
	header->standings_offset = TRACK_HEADER_BYTES;
	header->standing_count = SPOOL_STANDINGS;
	header->segments_offset = SEGMENTS_OFFSET;
	header->segment_count = segments_of(run->cap_bytes);
	header->segment_bytes = TRACK_SEGMENT_BYTES;
	header->pid = image->pid;
	header->ppid = image->ppid;
	header->origin = image->origin;
	header->start_ns = image->start_ns;
	header->start_ticks = image->start_ticks;
	header->realtime_ns = realtime_at(image->start_ns);
	header->exit_code = -1;
	header->stack_depth = image->stack_depth;
	header->fd_limit = image->fd_limit;
	header->pid_namespace = run->pid_namespace;
	header->settled_ns = image->start_ns;
	header->engine = TRACK_ENGINE_PROBES;
	header->writer_pid = run->writer_pid;
	header->writer_ticks = run->writer_ticks;
	memcpy(header->magic, TRACK_SPOOL_MAGIC, sizeof(header->magic));
}

/* A full disk is an error here, and not a SIGBUS later. */
static int make_ready(void *start, size_t bytes)
{
	return madvise(start, bytes, MADV_POPULATE_WRITE) ? -errno : 0;
}

static int map_file(int fd, uint64_t bytes, void **ret_map)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	/* No readahead: it would fill the sparse file with zeros. */
	(void)madvise(map, bytes, MADV_RANDOM);
	(void)madvise(map, bytes, MADV_DONTDUMP);
	*ret_map = map;
	return 0;
}

static int make_file(const char *path, uint64_t bytes, void **ret_map)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	int ret = ftruncate(fd, (off_t)bytes) ? -errno : map_file(fd, bytes, ret_map);
	close(fd);
	if (!ret)
		ret = make_ready(*ret_map, TRACK_HEADER_BYTES);
	return ret;
}

int spool_file_create(struct spool_run *run, const struct spool_image *image,
		      struct spool_file *ret_file)
{
	char temporary[PATH_MAX], final[PATH_MAX];
	uint64_t made = run->made++;
	/* Complete before it gets its name, so that a reader never sees half a header. */
	int length = snprintf(final, sizeof(final), "%s/%" PRId32 "-%" PRIu64 "p%" PRIu64 "%s",
			      run->folder, image->pid, image->start_ns, made, TRACK_SPOOL_SUFFIX);
	if (length >= (int)sizeof(final) ||
	    snprintf(temporary, sizeof(temporary), "%s.tmp", final) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	uint64_t bytes =
		SEGMENTS_OFFSET + (uint64_t)segments_of(run->cap_bytes) * TRACK_SEGMENT_BYTES;
	void *map = NULL;
	int ret = make_file(temporary, bytes, &map);
	if (!ret) {
		fill_header(map, run, image);
		ret = rename(temporary, final) ? -errno : 0;
	}
	if (ret) {
		if (map)
			munmap(map, bytes);
		unlink(temporary);
		return ret;
	}
	*ret_file = (struct spool_file){.run = run,
					.header = map,
					.map_bytes = bytes,
					.segments_offset = SEGMENTS_OFFSET,
					.segment_count = segments_of(run->cap_bytes)};
	return 0;
}

/* The spool that is being written at path by a process of this pid; -ENOENT: it is not. */
static int join_at(struct spool_run *run, const char *path, int32_t pid,
		   struct spool_file *ret_file)
{
	struct track_spool header;
	struct stat st;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	int ret = -ENOENT;
	void *map;
	bool whole = !fstat(fd, &st) && S_ISREG(st.st_mode) &&
		     pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header);
	if (whole && !memcmp(header.magic, TRACK_SPOOL_MAGIC, sizeof(header.magic)) &&
	    header.version == TRACK_WIRE_VERSION && header.engine == TRACK_ENGINE_SHIM &&
	    header.pid == pid && header.segment_bytes == TRACK_SEGMENT_BYTES &&
	    header.segment_count <= TRACK_SEGMENTS_MAX &&
	    header.segments_offset >= TRACK_HEADER_BYTES && header.segments_offset % 8 == 0 &&
	    header.segments_offset < (uint64_t)st.st_size &&
	    (uint64_t)st.st_size - header.segments_offset >=
		    (uint64_t)header.segment_count * TRACK_SEGMENT_BYTES)
		ret = map_file(fd, (uint64_t)st.st_size, &map);
	close(fd);
	if (ret)
		return ret;
	*ret_file = (struct spool_file){.run = run,
					.header = map,
					.map_bytes = (uint64_t)st.st_size,
					.segments_offset = header.segments_offset,
					.segment_count = header.segment_count,
					.joined = true};
	return 0;
}

int spool_file_join(struct spool_run *run, int32_t pid, struct spool_file *ret_file)
{
	char prefix[16], path[PATH_MAX];
	int prefix_bytes = snprintf(prefix, sizeof(prefix), "%" PRId32 "-", pid);
	int ret = -ENOENT;
	DIR *dir = opendir(run->folder);
	if (!dir)
		return -errno;
	for (const struct dirent *entry; (entry = readdir(dir));) {
		struct spool_file found;
		size_t length = strlen(entry->d_name), suffix = strlen(TRACK_SPOOL_SUFFIX);
		if (strncmp(entry->d_name, prefix, (size_t)prefix_bytes) != 0 || length < suffix ||
		    strcmp(entry->d_name + length - suffix, TRACK_SPOOL_SUFFIX) != 0 ||
		    snprintf(path, sizeof(path), "%s/%s", run->folder, entry->d_name) >= PATH_MAX ||
		    join_at(run, path, pid, &found))
			continue;
		if (!ret && found.header->start_ns < ret_file->header->start_ns) {
			spool_file_close(&found);
			continue;
		}
		if (!ret)
			spool_file_close(ret_file);
		*ret_file = found;
		ret = 0;
	}
	closedir(dir);
	return ret;
}

static void seal(struct spool_file *file)
{
	struct track_segment *segment = file->segment;
	uint32_t offset = file->offset;
	uint64_t word = 8 | (uint64_t)TRACK_META_END << 16 | (uint64_t)TRACK_COMMIT(offset) << 48;
	if (!segment)
		return;
	file->segment = NULL;
	if (offset + sizeof(word) <= TRACK_SEGMENT_BYTES)
		__atomic_store_n((uint64_t *)((char *)segment + offset), word, __ATOMIC_RELEASE);
	__atomic_store_n(&segment->reserved, TRACK_SEGMENT_BYTES, __ATOMIC_RELEASE);
	__atomic_store_n(&segment->state, TRACK_SEGMENT_SEALED, __ATOMIC_RELEASE);
}

void spool_file_close(struct spool_file *file)
{
	if (!file->header)
		return;
	seal(file);
	munmap(file->header, file->map_bytes);
	*file = (struct spool_file){0};
}

static struct track_segment *segment_at(const struct spool_file *file, uint32_t index)
{
	return (struct track_segment *)((char *)file->header + file->segments_offset +
					(uint64_t)index * TRACK_SEGMENT_BYTES);
}

static int take_returned(const struct spool_file *file)
{
	for (uint32_t word = 0; word < TRACK_SEGMENTS_MAX / 64; word++) {
		uint64_t *bits = &file->header->free_segments[word];
		uint64_t seen = __atomic_load_n(bits, __ATOMIC_RELAXED);
		while (seen) {
			uint64_t bit = seen & -seen;
			uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bit);
			seen = __atomic_fetch_and(bits, ~bit, __ATOMIC_ACQUIRE);
			if ((seen & bit) && index < file->segment_count)
				return (int)index;
			seen &= ~bit;
		}
	}
	return -1;
}

/* The process itself may take segments of its own spool meanwhile. */
static int next_unused(const struct spool_file *file)
{
	uint32_t *used = &file->header->segments_used;
	uint32_t index = __atomic_load_n(used, __ATOMIC_RELAXED);
	do {
		if (index >= file->segment_count)
			return -1;
	} while (!__atomic_compare_exchange_n(used, &index, index + 1, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return (int)index;
}

/* The last one taken can be given up; one in the middle stays unused. */
static void give_up(const struct spool_file *file, uint32_t index)
{
	uint32_t next = index + 1;
	__atomic_compare_exchange_n(&file->header->segments_used, &next, index, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static int take_new(const struct spool_file *file, enum track_note *ret_reason)
{
	*ret_reason = TRACK_NOTE_LOST_SPOOL_FULL;
	int index = next_unused(file);
	if (index < 0)
		return -1;
	if (!spool_run_take(file->run)) {
		give_up(file, (uint32_t)index);
		return -1;
	}
	if (!make_ready(segment_at(file, (uint32_t)index), TRACK_SEGMENT_BYTES))
		return index;
	spool_run_return(file->run);
	give_up(file, (uint32_t)index);
	*ret_reason = TRACK_NOTE_LOST_DISK_FULL;
	return -1;
}

static bool next_segment(struct spool_file *file, uint32_t tid)
{
	enum track_note reason = TRACK_NOTE_LOST_SPOOL_FULL;
	seal(file);
	int index = take_returned(file);
	if (index < 0)
		index = take_new(file, &reason);
	if (index < 0) {
		spool_file_note(file, reason, 1);
		return false;
	}
	struct track_segment *segment = segment_at(file, (uint32_t)index);
	segment->tid = tid;
	segment->epoch++;
	__atomic_store_n(&segment->reserved, (uint32_t)sizeof(*segment), __ATOMIC_RELAXED);
	__atomic_store_n(&segment->state, TRACK_SEGMENT_TAKEN, __ATOMIC_RELEASE);
	file->segment = segment;
	file->offset = (uint32_t)sizeof(*segment);
	file->tid = tid;
	return true;
}

/* The segment has room for it. */
static void append(struct spool_file *file, const struct track_record *head, uint16_t size,
		   const void *data, size_t bytes)
{
	uint32_t offset = file->offset;
	struct track_record *record = (struct track_record *)((char *)file->segment + offset);
	struct track_record first = *head;
	first.size = size;
	first.commit = 0;
	memcpy(record, &first, sizeof(first));
	if (bytes)
		memcpy(record + 1, data, bytes);
	memset((char *)(record + 1) + bytes, 0, size - sizeof(first) - bytes);
	file->offset = offset + size;
	__atomic_store_n(&file->segment->reserved, file->offset, __ATOMIC_RELAXED);
	__atomic_store_n(&record->commit, TRACK_COMMIT(offset), __ATOMIC_RELEASE);
}

bool spool_file_put(struct spool_file *file, uint32_t tid, const struct track_record *head,
		    const void *data, size_t bytes)
{
	if (!file->header)
		return false;
	if (bytes > TRACK_NAME_BYTES_MAX)
		bytes = TRACK_NAME_BYTES_MAX;
	uint16_t size = (uint16_t)(sizeof(*head) + ((bytes + 7) & ~(size_t)7));
	bool switches = file->segment && file->tid != tid;
	uint32_t needed = size + (switches ? (uint32_t)sizeof(*head) : 0);
	if (!file->segment || file->offset + needed > TRACK_SEGMENT_BYTES) {
		if (!next_segment(file, tid))
			return false;
	} else if (switches) {
		const struct track_record change = {
			.op = TRACK_META_THREAD, .time_ns = head->time_ns, .subject = tid};
		append(file, &change, sizeof(change), NULL, 0);
		file->tid = tid;
	}
	append(file, head, size, data, bytes);
	return true;
}

void spool_file_note(struct spool_file *file, enum track_note note, uint64_t count)
{
	if (file->header)
		__atomic_fetch_add(&file->header->notes[note], count, __ATOMIC_RELAXED);
}

void spool_file_tell_limit(struct spool_file *file, uint32_t fd_limit)
{
	if (file->header)
		file->header->fd_limit = fd_limit;
}

void spool_file_stand(struct spool_file *file, uint32_t slot, const struct track_standing *standing)
{
	struct track_standing *at, next = *standing;
	if (!file->header || file->joined || slot >= SPOOL_STANDINGS)
		return;
	at = (struct track_standing *)((char *)file->header + TRACK_HEADER_BYTES) + slot;
	/* Who stands as he stood is not written again: a reader sees that by the number. */
	next.sequence = at->sequence;
	if (!memcmp(at, &next, sizeof(next)))
		return;
	if (make_ready((char *)at - (uintptr_t)at % PAGE, PAGE)) {
		spool_file_note(file, TRACK_NOTE_LOST_DISK_FULL, 1);
		return;
	}
	next.sequence = (at->sequence | 1) + 1;
	__atomic_store_n(&at->sequence, at->sequence | 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	memcpy((char *)at + sizeof(at->sequence), (const char *)&next + sizeof(next.sequence),
	       sizeof(next) - sizeof(next.sequence));
	__atomic_store_n(&at->sequence, next.sequence, __ATOMIC_RELEASE);
}

void spool_file_tell_exit(struct spool_file *file, uint64_t time_ns, uint32_t tid)
{
	if (!file->header || file->joined || file->header->exit_begun_ns)
		return;
	file->header->exit_tid = tid;
	__atomic_store_n(&file->header->exit_begun_ns, time_ns, __ATOMIC_RELEASE);
}

void spool_file_settle(struct spool_file *file, uint64_t time_ns)
{
	if (file->header && time_ns > file->header->settled_ns)
		__atomic_store_n(&file->header->settled_ns, time_ns, __ATOMIC_RELEASE);
}

void spool_file_end(struct spool_file *file, const struct spool_end *end)
{
	if (!file->header)
		return;
	seal(file);
	file->header->end_ns = end->time_ns;
	file->header->exit_code = end->exit_code;
	file->header->end_signal = end->end_signal;
	__atomic_store_n(&file->header->state, TRACK_STATE_ENDED, __ATOMIC_RELEASE);
	spool_file_close(file);
}
