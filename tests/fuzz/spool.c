/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes may be a spool: the collector must neither crash, hang nor deliver nonsense. */
#include "input.inc.c"

#include <collect/collector.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES                                                                                 \
	(TRACK_HEADER_BYTES + INPUT_USAGE * sizeof(struct track_fd_usage) + INPUT_TABLES_BYTES +   \
	 INPUT_SEGMENT_COUNT * TRACK_SEGMENT_BYTES)

static uint8_t image[FILE_BYTES];
static uint32_t processes; /* told so far in this run */

/* Text must be readable, terminated and free of control characters. */
static void check_text(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20)
			abort();
}

/* All of it must be readable. */
static void check_bytes(const void *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		(void)*((const volatile uint8_t *)data + i);
}

static void check_known(uint32_t process)
{
	if (process >= processes)
		abort();
}

static int on_process(void *ctx, const struct collect_process *process)
{
	(void)ctx;
	if (process->index > processes || process->end >= COLLECT_END__COUNT)
		abort();
	if (process->index == processes)
		processes++;
	check_text(process->exe);
	check_text(process->command);
	return 0;
}

static int on_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	(void)ctx;
	check_known(process);
	check_text(module->path);
	check_bytes(module->build_id, module->build_id_bytes);
	return 0;
}

static int on_unload(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns)
{
	(void)ctx, (void)bias, (void)time_ns;
	check_known(process);
	return 0;
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	(void)ctx, (void)hash, (void)time_ns;
	check_known(process);
	if (depth > TRACK_STACK_DEPTH_MAX)
		abort();
	check_bytes(addresses, depth * sizeof(*addresses));
	return 0;
}

static int on_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)ctx;
	check_known(process);
	if (id == 0)
		abort();
	check_text(text);
	return 0;
}

/* As payloads.def and metas.def have it; 0: no layout. */
static size_t layout_bytes(const struct collect_event *event)
{
	/* clang-format off */
	static const size_t ops[TRACK_KIND__COUNT][TRACK_OP__COUNT] = {
#define TRACK_PAYLOAD(kind, op, layout, check, bytes, ...) [TRACK_KIND_##kind][TRACK_OP_##op] = bytes,
#include <track/payloads.def>
	};
	static const size_t metas[TRACK_META__COUNT] = {
#define TRACK_META_EVENT(id, name, check, bytes, ...) [TRACK_META_##id] = bytes,
#include <track/metas.def>
	};
	/* clang-format on */
	return event->op < TRACK_OP__COUNT ? ops[event->kind][event->op] : metas[event->op];
}

/* The layout of its row, and nothing less if it is no resource's; or a relation, or nothing. */
static void check_layout(const struct collect_event *event)
{
	const struct track_relation *relation = event->data;
	if (event->op == TRACK_OP_NAME || event->data_bytes == layout_bytes(event))
		return;
	if (event->op >= TRACK_OP__COUNT)
		abort();
	if (event->data_bytes &&
	    (event->data_bytes != sizeof(*relation) || relation->other_kind >= TRACK_KIND__COUNT))
		abort();
}

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	(void)ctx;
	check_known(process);
	if (event->kind >= TRACK_KIND__COUNT || event->time_ns > INT64_MAX)
		abort();
	check_layout(event);
	check_bytes(event->data, event->data_bytes);
	return 0;
}

/* All of it must be readable and of the wire's words. */
static int on_standings(void *ctx, uint32_t process, const struct collect_standings *standings)
{
	(void)ctx;
	check_known(process);
	if (standings->time_ns > INT64_MAX)
		abort();
	for (size_t i = 0; i < standings->thread_count; i++) {
		const struct collect_standing *at = &standings->threads[i];
		if (!at->tid || at->wait >= TRACK_WAIT__COUNT || at->call >= TRACK_CALL__COUNT ||
		    at->since_ns > INT64_MAX || at->held_count > TRACK_HELD_MAX)
			abort();
		for (size_t j = 0; j < at->held_count; j++)
			if (!at->held[j].lock || at->held[j].mode >= TRACK_WAIT__COUNT ||
			    at->held[j].since_ns > INT64_MAX)
				abort();
	}
	check_bytes(standings->wakers, standings->waker_count * sizeof(*standings->wakers));
	check_bytes(standings->orders, standings->order_count * sizeof(*standings->orders));
	return 0;
}

static int on_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	(void)ctx, (void)pid, (void)time_ns;
	check_text(text);
	return 0;
}

static int on_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	(void)ctx, (void)count;
	check_known(process);
	if (note >= TRACK_NOTE__COUNT)
		abort();
	return 0;
}

static int on_flush(void *ctx)
{
	(void)ctx;
	return 0;
}

static void fill_header(struct track_spool *header, int32_t pid)
{
	uint64_t standings = TRACK_HEADER_BYTES + INPUT_USAGE * sizeof(struct track_fd_usage);
	*header = (struct track_spool){
		.version = TRACK_WIRE_VERSION,
		.header_bytes = TRACK_HEADER_BYTES,
		.usage_offset = TRACK_HEADER_BYTES,
		.standings_offset = standings,
		.wakers_offset = standings + INPUT_ENTRIES * sizeof(struct track_standing),
		.orders_offset = standings + INPUT_ENTRIES * (sizeof(struct track_standing) +
							      sizeof(struct track_waker)),
		.segments_offset = standings + INPUT_TABLES_BYTES,
		.usage_count = INPUT_USAGE,
		.standing_count = INPUT_ENTRIES,
		.waker_count = INPUT_ENTRIES,
		.order_count = INPUT_ENTRIES,
		.segment_count = INPUT_SEGMENT_COUNT,
		.segment_bytes = TRACK_SEGMENT_BYTES,
		.segments_used = INPUT_SEGMENT_COUNT,
		.pid = pid,
		.start_ns = 1,
	};
	memcpy(header->magic, TRACK_SPOOL_MAGIC, sizeof(header->magic));
}

/* As a writer would: records follow each other by their sizes. */
static void fix_commits(uint8_t *segment, uint32_t end)
{
	for (uint32_t offset = sizeof(struct track_segment);
	     offset + sizeof(struct track_record) <= end;) {
		struct track_record head;
		memcpy(&head, segment + offset, sizeof(head));
		if (head.commit)
			head.commit = TRACK_COMMIT(offset);
		memcpy(segment + offset, &head, sizeof(head));
		offset += head.size >= sizeof(head) ? (uint32_t)(head.size + 7) & ~7u : 40;
	}
}

static void fill_segments(const uint8_t *data, size_t size, bool commits)
{
	uint8_t *segments = image + ((struct track_spool *)image)->segments_offset;
	for (uint32_t i = 0; i < INPUT_SEGMENT_COUNT; i++) {
		uint8_t *at = segments + (size_t)i * TRACK_SEGMENT_BYTES;
		size_t share = size / INPUT_SEGMENT_COUNT;
		if (share > TRACK_SEGMENT_BYTES - sizeof(struct track_segment))
			share = TRACK_SEGMENT_BYTES - sizeof(struct track_segment);
		struct track_segment head = {
			.state = i % 2 ? TRACK_SEGMENT_SEALED : TRACK_SEGMENT_TAKEN,
			.reserved = (uint32_t)(sizeof(head) + share),
			.tid = i,
			.epoch = 1,
		};
		memcpy(at, &head, sizeof(head));
		memcpy(at + sizeof(head), data + i * share, share);
		if (commits)
			fix_commits(at, head.reserved);
	}
}

/* Returns the size of the file. */
static size_t make_image(const uint8_t *data, size_t size)
{
	uint8_t mode = data[0] & (uint8_t)~INPUT_LIVE;
	bool live = data[0] & INPUT_LIVE;
	data++;
	size--;
	memset(image, 0, sizeof(image));
	if (mode % INPUT_MODES == INPUT_RAW) {
		size_t bytes = size < sizeof(image) ? size : sizeof(image);
		memcpy(image, data, bytes);
		return bytes;
	}
	fill_header((struct track_spool *)image, live ? getpid() : 0x7ffffff0);
	if (mode % INPUT_MODES == INPUT_TABLES) {
		memcpy(image + ((struct track_spool *)image)->standings_offset, data,
		       size < INPUT_TABLES_BYTES ? size : INPUT_TABLES_BYTES);
		return sizeof(image);
	}
	fill_segments(data, size, mode % INPUT_MODES == INPUT_COMMITS);
	return sizeof(image);
}

static void collect(const char *path)
{
	static const struct collect_sink sink = {
		.process = on_process,
		.module = on_module,
		.unload = on_unload,
		.stack = on_stack,
		.text = on_text,
		.event = on_event,
		.standings = on_standings,
		.mark = on_mark,
		.note = on_note,
		.flush = on_flush,
	};
	struct collector *collector;
	uint64_t events;
	processes = 0;
	if (collector_create(&sink, &collector))
		abort();
	if (!collector_add(collector, path)) {
		for (int i = 0; i < 2; i++)
			if (collector_poll(collector, true, &events))
				abort();
		if (collector_look(collector, &events))
			abort();
		if (collector_finish(collector, &events))
			abort();
	} else if (!*collector_error(collector)) {
		abort();
	}
	collector_destroy(collector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	if (!size)
		return 0;
	snprintf(path, sizeof(path), "/dev/shm/fuzz_spool_%d.spool", (int)getpid());
	size_t bytes = make_image(data, size);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, image, bytes) != (ssize_t)bytes)
		abort();
	close(fd);
	collect(path);
	unlink(path);
	return 0;
}
