/* SPDX-License-Identifier: Apache-2.0 */
/* The sink of the collector: hands each record to the image and kind it is about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyze.h"
#include "image.h"
#include "word.h"

/* More images in one run are taken for a mistake of the caller. */
enum { PROCESSES_MAX = 1 << 24 };

struct lifetimes {
	struct collect_sink sink;
	struct life_book book;
	struct image **images; /* by collect_process.index; NULL: not told yet */
	size_t count;	       /* the highest index told, plus one */
	size_t capacity;
	uint32_t processes;
	uint64_t events;
};

typedef int handler(struct image *image, const struct collect_event *event);

/* One row per kind; an op without a handler is nothing to that kind. */
static const struct kind {
	handler *on[TRACK_OP__COUNT];
	handler *compare; /* with a complete census */
	int (*settle)(struct image *image);
} kinds[TRACK_KIND__COUNT] = {
	[TRACK_KIND_FD] =
		{
			.on = {[TRACK_OP_CREATE] = fd_create,
			       [TRACK_OP_DESTROY] = fd_destroy,
			       [TRACK_OP_UNDO] = fd_undo,
			       [TRACK_OP_NAME] = fd_name,
			       [TRACK_OP_USE] = fd_use,
			       [TRACK_OP_FAIL] = fd_fail},
			.compare = fd_compare,
			.settle = fd_settle,
		},
	[TRACK_KIND_THREAD] =
		{
			.on = {[TRACK_OP_CREATE] = thread_create,
			       [TRACK_OP_DONE] = thread_done,
			       [TRACK_OP_DESTROY] = thread_destroy,
			       [TRACK_OP_UNDO] = thread_undo,
			       [TRACK_OP_NAME] = thread_name},
			.compare = thread_compare,
			.settle = thread_settle,
		},
};

static struct image *image_at(const struct lifetimes *lifetimes, uint32_t index)
{
	return index < lifetimes->count ? lifetimes->images[index] : NULL;
}

/* Room up to this index. Indices are given at discovery, but the older process is told first. */
static int make_room(struct lifetimes *lifetimes, uint32_t index)
{
	size_t capacity = lifetimes->capacity != 0 ? lifetimes->capacity : 16;
	struct image **images;

	if (index >= PROCESSES_MAX)
		return -EINVAL;
	while (capacity <= index)
		capacity *= 2;
	if (capacity <= lifetimes->capacity)
		return 0;
	images = realloc(lifetimes->images, capacity * sizeof(struct image *));
	if (images == NULL)
		return -ENOMEM;
	memset(images + lifetimes->capacity, 0,
	       (capacity - lifetimes->capacity) * sizeof(struct image *));
	lifetimes->images = images;
	lifetimes->capacity = capacity;
	return 0;
}

static int on_process(void *ctx, const struct collect_process *process)
{
	struct lifetimes *lifetimes = ctx;
	struct image *image = image_at(lifetimes, process->index);
	int error;

	if (image != NULL)
		return image_update(image, process);
	error = make_room(lifetimes, process->index);
	if (error == 0)
		error = image_create(&lifetimes->book, process, lifetimes->images, lifetimes->count,
				     &image);
	if (error != 0)
		return error;
	lifetimes->images[process->index] = image;
	lifetimes->processes++;
	if (lifetimes->count <= process->index)
		lifetimes->count = process->index + 1;
	return 0;
}

static int on_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? image_add_module(image, module) : -EINVAL;
}

static int on_unload(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? image_unload(image, bias, time_ns) : -EINVAL;
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? image_add_stack(image, hash, time_ns, addresses, depth) : -EINVAL;
}

static int on_flush(void *ctx)
{
	struct lifetimes *lifetimes = ctx;
	int error = life_book_write(&lifetimes->book);

	return error != 0 ? error : trace_commit(lifetimes->book.trace);
}

/* A long spool goes in by parts: one huge transaction would be written twice. */
#define EVENTS_PER_COMMIT 262144u

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	struct lifetimes *lifetimes = ctx;
	struct image *image = image_at(lifetimes, process);
	handler *handle;

	if (image == NULL)
		return -EINVAL;
	if (event->kind >= TRACK_KIND__COUNT)
		return 0;
	if (++lifetimes->events % EVENTS_PER_COMMIT == 0) {
		int error = on_flush(ctx);

		if (error != 0)
			return error;
	}
	if (event->op == TRACK_META_CENSUS)
		return census_add(&image->census[event->kind], event);
	if (event->op == TRACK_META_CENSUS_END) {
		census_complete(&image->census[event->kind], event);
		return kinds[event->kind].compare(image, event);
	}
	handle = event->op < TRACK_OP__COUNT ? kinds[event->kind].on[event->op] : NULL;
	return handle != NULL ? handle(image, event) : 0;
}

static int on_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	struct lifetimes *lifetimes = ctx;

	return trace_add_mark(lifetimes->book.trace, pid, time_ns, text);
}

static int on_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	struct image *image = image_at(ctx, process);

	if (image == NULL || note >= TRACK_NOTE__COUNT)
		return -EINVAL;
	return image_tell_note(image, note, count);
}

int lifetimes_create(struct trace *trace, struct lifetimes **ret_lifetimes)
{
	struct lifetimes *lifetimes = calloc(1, sizeof(*lifetimes));

	if (lifetimes == NULL)
		return -ENOMEM;
	life_book_init(&lifetimes->book, trace);
	lifetimes->sink = (struct collect_sink){
		.ctx = lifetimes,
		.process = on_process,
		.module = on_module,
		.unload = on_unload,
		.stack = on_stack,
		.event = on_event,
		.mark = on_mark,
		.note = on_note,
		.flush = on_flush,
	};
	*ret_lifetimes = lifetimes;
	return 0;
}

void lifetimes_destroy(struct lifetimes *lifetimes)
{
	if (lifetimes == NULL)
		return;
	for (size_t i = 0; i < lifetimes->count; i++)
		image_destroy(lifetimes->images[i]);
	free(lifetimes->images);
	life_book_finish(&lifetimes->book);
	free(lifetimes);
}

const struct collect_sink *lifetimes_sink(struct lifetimes *lifetimes)
{
	return &lifetimes->sink;
}

static uint64_t lost_of(const struct image *image)
{
	uint64_t lost = 0;

	for (unsigned note = 0; note < TRACK_NOTE__COUNT; note++)
		if (strcmp(word_note(note)->weight, "LOST") == 0)
			lost += image->told[note];
	return lost;
}

void lifetimes_status(const struct lifetimes *lifetimes, struct lifetimes_status *ret_status)
{
	struct lifetimes_status status = {
		.events = lifetimes->events,
		.processes = lifetimes->processes,
	};

	for (size_t i = 0; i < lifetimes->count; i++) {
		const struct image *image = lifetimes->images[i];

		if (image == NULL)
			continue;
		status.lost += lost_of(image);
		if (image->end != COLLECT_END_RUNNING)
			continue;
		status.open_sockets += image->sockets;
		status.open_fds += image->alive[TRACK_KIND_FD];
		status.threads += image->alive[TRACK_KIND_THREAD];
	}
	*ret_status = status;
}

static int settle(struct image *image)
{
	bool census = image->census_told || image->census[TRACK_KIND_FD].complete;
	bool ended = image->end != COLLECT_END_RUNNING && image->end != COLLECT_END_EXEC;

	for (unsigned kind = 0; kind < TRACK_KIND__COUNT; kind++) {
		int error = kinds[kind].settle(image);

		if (error != 0)
			return error;
	}
	if (image->end == COLLECT_END_RUNNING)
		image->counted[TRACK_NOTE_PERSISTED]++;
	if (ended && !census)
		image->counted[TRACK_NOTE_CENSUS_MISSING]++;
	return image_write_notes(image);
}

int lifetimes_finish(struct lifetimes *lifetimes)
{
	for (size_t i = 0; i < lifetimes->count; i++) {
		struct image *image = lifetimes->images[i];
		int error = image != NULL ? settle(image) : 0;

		if (error != 0)
			return error;
	}
	return on_flush(lifetimes);
}
