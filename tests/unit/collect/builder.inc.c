/* SPDX-License-Identifier: Apache-2.0 */
/* Writes small spools, record by record, the way the wire says. */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <track/wire.h>
#include <unistd.h>

#define BUILDER_SEGMENTS 4u
#define BUILDER_USAGE 128u
#define BUILDER_ENTRIES 8u	    /* of each table about threads and locks */
#define BUILDER_DEAD_PID 0x7ffffff0 /* above any pid_max */
#define BUILDER_BYTES                                                                              \
	(TRACK_HEADER_BYTES + BUILDER_USAGE * sizeof(struct track_fd_usage) +                      \
	 BUILDER_ENTRIES * (sizeof(struct track_standing) + sizeof(struct track_waker) +           \
			    sizeof(struct track_lock_order)) +                                     \
	 BUILDER_SEGMENTS * TRACK_SEGMENT_BYTES)

struct builder {
	char path[256];
	struct track_spool *header;
};

static inline uint64_t builder_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* A folder of its own for a test, removed by builder_folder_remove. */
static inline char *builder_folder(void)
{
	char *folder = strdup("/tmp/unit_collect_XXXXXX");
	return mkdtemp(folder);
}

static inline void builder_folder_remove(char *folder)
{
	char path[600];
	DIR *dir = opendir(folder);
	for (struct dirent *entry; (entry = readdir(dir));) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	rmdir(folder);
	free(folder);
}

static inline struct builder builder_open(const char *folder, const char *name, int pid)
{
	struct builder b;
	snprintf(b.path, sizeof(b.path), "%s/%s%s", folder, name, TRACK_SPOOL_SUFFIX);
	int fd = open(b.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || posix_fallocate(fd, 0, (off_t)BUILDER_BYTES))
		abort();
	b.header = mmap(NULL, BUILDER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (b.header == MAP_FAILED)
		abort();
	memcpy(b.header->magic, TRACK_SPOOL_MAGIC, sizeof(b.header->magic));
	b.header->version = TRACK_WIRE_VERSION;
	b.header->header_bytes = TRACK_HEADER_BYTES;
	b.header->usage_offset = TRACK_HEADER_BYTES;
	b.header->usage_count = BUILDER_USAGE;
	b.header->standings_offset =
		TRACK_HEADER_BYTES + BUILDER_USAGE * sizeof(struct track_fd_usage);
	b.header->wakers_offset =
		b.header->standings_offset + BUILDER_ENTRIES * sizeof(struct track_standing);
	b.header->orders_offset =
		b.header->wakers_offset + BUILDER_ENTRIES * sizeof(struct track_waker);
	b.header->segments_offset =
		b.header->orders_offset + BUILDER_ENTRIES * sizeof(struct track_lock_order);
	b.header->standing_count = BUILDER_ENTRIES;
	b.header->waker_count = BUILDER_ENTRIES;
	b.header->order_count = BUILDER_ENTRIES;
	b.header->segment_count = BUILDER_SEGMENTS;
	b.header->segment_bytes = TRACK_SEGMENT_BYTES;
	b.header->pid = pid;
	b.header->ppid = 1;
	b.header->start_ns = 10;
	b.header->exit_code = -1;
	return b;
}

static inline void builder_close(struct builder *b)
{
	munmap(b->header, BUILDER_BYTES);
}

static inline struct track_segment *builder_segment(const struct builder *b, uint32_t index)
{
	return (struct track_segment *)((char *)b->header + b->header->segments_offset +
					(size_t)index * TRACK_SEGMENT_BYTES);
}

static inline struct track_fd_usage *builder_usage(const struct builder *b, uint32_t fd)
{
	return (struct track_fd_usage *)((char *)b->header + b->header->usage_offset) + fd;
}

static inline struct track_standing *builder_standing(const struct builder *b, uint32_t index)
{
	return (struct track_standing *)((char *)b->header + b->header->standings_offset) + index;
}

static inline struct track_waker *builder_waker(const struct builder *b, uint32_t index)
{
	return (struct track_waker *)((char *)b->header + b->header->wakers_offset) + index;
}

static inline struct track_lock_order *builder_order(const struct builder *b, uint32_t index)
{
	return (struct track_lock_order *)((char *)b->header + b->header->orders_offset) + index;
}

static inline void builder_take(const struct builder *b, uint32_t index, uint32_t tid)
{
	struct track_segment *segment = builder_segment(b, index);
	segment->tid = tid;
	segment->epoch++;
	segment->reserved = sizeof(*segment);
	segment->state = TRACK_SEGMENT_TAKEN;
	if (b->header->segments_used <= index)
		b->header->segments_used = index + 1;
}

/* Room for a record; nothing of it is written. */
static inline struct track_record *builder_reserve(const struct builder *b, uint32_t index,
						   uint32_t bytes)
{
	struct track_segment *segment = builder_segment(b, index);
	uint32_t offset = segment->reserved;
	segment->reserved += bytes;
	if (offset + bytes > TRACK_SEGMENT_BYTES)
		abort();
	return (struct track_record *)((char *)segment + offset);
}

static inline void builder_commit(const struct builder *b, uint32_t index,
				  struct track_record *record)
{
	uint32_t offset = (uint32_t)((char *)record - (char *)builder_segment(b, index));
	__atomic_store_n(&record->commit, TRACK_COMMIT(offset), __ATOMIC_RELEASE);
}

struct builder_record {
	uint8_t op;
	uint8_t kind;
	uint64_t time_ns;
	uint64_t subject;
	uint64_t stack;
	uint64_t arg;
	const void *data;
	uint32_t data_bytes;
};

/* All of a record but its commit word. */
static inline struct track_record *builder_begin(const struct builder *b, uint32_t index,
						 struct builder_record r)
{
	uint32_t bytes = (uint32_t)sizeof(struct track_record) + ((r.data_bytes + 7) & ~7u);
	struct track_record *record = builder_reserve(b, index, bytes);
	record->size = (uint16_t)bytes;
	record->op = r.op;
	record->kind = r.kind;
	record->time_ns = r.time_ns;
	record->subject = r.subject;
	record->stack = r.stack;
	record->arg = r.arg;
	if (r.data_bytes)
		memcpy(record + 1, r.data, r.data_bytes);
	return record;
}

static inline void builder_add(const struct builder *b, uint32_t index, struct builder_record r)
{
	builder_commit(b, index, builder_begin(b, index, r));
}

/* The commonest record: a descriptor is born. */
static inline void builder_create(const struct builder *b, uint32_t index, uint64_t time_ns,
				  uint64_t fd)
{
	builder_add(
		b, index,
		(struct builder_record){.op = TRACK_OP_CREATE, .time_ns = time_ns, .subject = fd});
}

static inline void builder_seal(const struct builder *b, uint32_t index)
{
	struct track_segment *segment = builder_segment(b, index);
	uint32_t offset = segment->reserved;
	uint64_t word = 8 | (uint64_t)TRACK_META_END << 16 | (uint64_t)TRACK_COMMIT(offset) << 48;
	memcpy((char *)segment + offset, &word, sizeof(word));
	segment->reserved = TRACK_SEGMENT_BYTES + 40;
	segment->state = TRACK_SEGMENT_SEALED;
}
