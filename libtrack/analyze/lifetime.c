/* SPDX-License-Identifier: Apache-2.0 */
/* The sink of the collector: hands each record to the image and kind it is about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyze.h"
#include "awaited.h"
#include "block.h"
#include "extent.h"
#include "image.h"
#include "kind.h"
#include "leaks.h"
#include "lineage.h"
#include "record.h"
#include "soak_trends.h"
#include "standing.h"
#include "thing.h"
#include "word.h"

struct lifetimes {
	struct collect_sink sink;
	struct life_book book;
	struct lineage lineage; /* owns the images */
	struct image **live;	/* those that are not over */
	size_t live_count;
	size_t live_capacity;
	uint32_t processes;
	uint64_t events;
	uint64_t lost;	   /* by the images that are over */
	uint64_t grace_ns; /* of the trace, once it was asked for; 0: not yet */
	bool settling;	   /* ends are to be held back */
	enum soak_by by;   /* what counts as a session */
};

static uint64_t lost_of(const struct image *image)
{
	uint64_t lost = 0;

	for (unsigned note = 0; note < TRACK_NOTE__COUNT; note++)
		if (strcmp(word_note(note)->weight, "LOST") == 0)
			lost += image->told[note];
	return lost;
}

static struct image *image_at(const struct lifetimes *lifetimes, uint32_t index)
{
	const struct ancestor *ancestor = lineage_get(&lifetimes->lineage, index);

	return ancestor != NULL ? ancestor->image : NULL;
}

/* What a record about an image that is not followed is worth: nothing once it is over. */
static int no_image(const struct lifetimes *lifetimes, uint32_t index)
{
	return lineage_get(&lifetimes->lineage, index) != NULL ? 0 : -EINVAL;
}

static int follow(struct lifetimes *lifetimes, const struct collect_process *process)
{
	struct ancestor *ancestor = lineage_get(&lifetimes->lineage, process->index);
	size_t capacity = lifetimes->live_capacity != 0 ? 2 * lifetimes->live_capacity : 16;
	struct image **live = lifetimes->live;
	int error;

	if (lifetimes->live_count == lifetimes->live_capacity) {
		live = reallocarray(live, capacity, sizeof(struct image *));
		if (live == NULL)
			return -ENOMEM;
		lifetimes->live = live;
		lifetimes->live_capacity = capacity;
	}
	error = image_create(&lifetimes->book, process, ancestor->id, &ancestor->image);
	if (error != 0)
		return error;
	live[lifetimes->live_count++] = ancestor->image;
	lifetimes->processes++;
	return 0;
}

static bool awaits(struct lifetimes *lifetimes, struct image *image, uint64_t now_ns, uint32_t tid)
{
	struct trace *trace = lifetimes->book.trace;
	struct awaited_look look = {.now_ns = now_ns, .tid = tid};

	if (lifetimes->grace_ns == 0) {
		lifetimes->grace_ns = analyze_grace_ns(trace);
		lifetimes->settling = trace_meta(trace, "settle_ns") != NULL;
	}
	look.grace_ns = lifetimes->grace_ns;
	return awaited_any(image, &look);
}

/* Nobody who watches from outside can hold a program back. */
static void note_unheld(struct lifetimes *lifetimes, struct image *image)
{
	bool undecided = image->end == COLLECT_END_EXIT && image->engine == TRACK_ENGINE_PROBES &&
			 awaits(lifetimes, image, image->end_ns, image->end_tid);

	if (undecided && lifetimes->settling)
		image->counted[TRACK_NOTE_UNHELD]++;
}

static int settle(struct lifetimes *lifetimes, struct image *image)
{
	bool census = image->census_told || image->census[TRACK_KIND_FD].complete;
	bool ended = image->end != COLLECT_END_RUNNING && image->end != COLLECT_END_EXEC;
	int error = 0;

	note_unheld(lifetimes, image);
	for (unsigned kind = 0; kind < TRACK_KIND__COUNT && error == 0; kind++)
		if (kind_of(kind)->settle != NULL)
			error = kind_of(kind)->settle(image);
	if (error == 0)
		error = thing_settle(image);
	if (error == 0)
		error = life_book_write(&lifetimes->book);
	if (error != 0)
		return error;
	if (image->end == COLLECT_END_RUNNING)
		image->counted[TRACK_NOTE_PERSISTED]++;
	if (ended && !census)
		image->counted[TRACK_NOTE_CENSUS_MISSING]++;
	error = strays_write(image);
	if (error == 0)
		error = acts_write(image);
	return error != 0 ? error : image_write_notes(image);
}

/* Conclude the image and free all that following it took. */
static int release(struct lifetimes *lifetimes, struct ancestor *ancestor)
{
	struct image *image = ancestor->image;
	size_t at = 0;
	int error = settle(lifetimes, image);

	if (error != 0)
		return error;
	lifetimes->lost += lost_of(image);
	while (lifetimes->live[at] != image)
		at++;
	lifetimes->live[at] = lifetimes->live[--lifetimes->live_count];
	ancestor->image = NULL;
	image_destroy(image);
	return 0;
}

static int on_process(void *ctx, const struct collect_process *process)
{
	struct lifetimes *lifetimes = ctx;
	bool known = lineage_get(&lifetimes->lineage, process->index) != NULL;
	int error = lineage_put(&lifetimes->lineage, lifetimes->book.trace, process);
	struct ancestor *ancestor;

	if (error == 0 && !known)
		error = follow(lifetimes, process);
	if (error != 0)
		return error;
	ancestor = lineage_get(&lifetimes->lineage, process->index);
	if (ancestor->image == NULL)
		return 0;
	image_update(ancestor->image, process);
	/* An end is told last: nothing comes after it. */
	return process->end != COLLECT_END_RUNNING ? release(lifetimes, ancestor) : 0;
}

static int on_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? image_add_module(image, module) : no_image(ctx, process);
}

static int on_unload(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? image_unload(image, bias, time_ns) : no_image(ctx, process);
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? image_add_stack(image, hash, time_ns, addresses, depth)
			     : no_image(ctx, process);
}

static int on_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? image_add_text(image, id, text) : no_image(ctx, process);
}

static int on_flush(void *ctx)
{
	struct lifetimes *lifetimes = ctx;
	int error = life_book_write(&lifetimes->book);

	if (error == 0)
		error = trace_commit(lifetimes->book.trace);
	return error != 0 ? error : life_book_weigh(&lifetimes->book);
}

/* A long spool goes in by parts: one huge transaction would be written twice. */
#define EVENTS_PER_COMMIT 262144u
#define EVENTS_PER_WEIGHING 8192u

/* Every so often. */
static int do_chores(struct lifetimes *lifetimes)
{
	if (lifetimes->events % EVENTS_PER_COMMIT == 0)
		return on_flush(lifetimes);
	if (lifetimes->events % EVENTS_PER_WEIGHING == 0)
		return life_book_weigh(&lifetimes->book);
	return 0;
}

/* About the process; a definition is no event. */
static int on_record(struct image *image, const struct collect_event *event)
{
	/* clang-format off */
	static kind_handler *const records[TRACK_META__COUNT] = {
#define TRACK_META_EVENT(id, name, check, bytes, ...) [TRACK_META_##id] = record_##name,
#include <track/metas.def>
	};
	/* clang-format on */
	kind_handler *handle = event->op < TRACK_META__COUNT ? records[event->op] : NULL;

	return handle != NULL ? handle(image, event) : 0;
}

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	struct lifetimes *lifetimes = ctx;
	struct image *image = image_at(lifetimes, process);
	kind_handler *handle;
	int error;

	if (image == NULL)
		return no_image(lifetimes, process);
	if (event->kind >= TRACK_KIND__COUNT)
		return 0;
	lifetimes->events++;
	error = do_chores(lifetimes);
	if (error != 0)
		return error;
	if (event->op > TRACK_META__BEFORE)
		return on_record(image, event);
	if (event->op == TRACK_OP_PLUMBING)
		return thing_plumbing(image, event);
	if (event->op == TRACK_OP_BLOCK || event->op == TRACK_OP_UNBLOCK)
		return block_told(image, event);
	if (thing_is_overruled(image, event))
		return 0;
	handle = event->op < TRACK_OP__COUNT ? kind_of(event->kind)->on[event->op] : NULL;
	return handle != NULL ? handle(image, event) : 0;
}

static int on_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	struct lifetimes *lifetimes = ctx;

	return life_book_mark(&lifetimes->book, pid, time_ns, text);
}

static int on_standings(void *ctx, uint32_t process, const struct collect_standings *standings)
{
	struct image *image = image_at(ctx, process);

	return image != NULL ? standings_write(image, standings) : no_image(ctx, process);
}

static int on_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	struct image *image = image_at(ctx, process);

	if (note >= TRACK_NOTE__COUNT)
		return -EINVAL;
	if (image == NULL)
		return no_image(ctx, process);
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
		.text = on_text,
		.event = on_event,
		.standings = on_standings,
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
	for (size_t i = 0; i < lifetimes->live_count; i++)
		image_destroy(lifetimes->live[i]);
	free(lifetimes->live);
	lineage_finish(&lifetimes->lineage);
	life_book_finish(&lifetimes->book);
	free(lifetimes);
}

void lifetimes_set_budget(struct lifetimes *lifetimes, uint64_t bytes)
{
	lifetimes->book.budget_bytes = bytes;
	lifetimes->book.folding = bytes == 0;
}

int lifetimes_count_sessions(struct lifetimes *lifetimes, enum soak_by by, const char *class_name)
{
	lifetimes->by = by;
	if (by != SOAK_BY_CLOSES)
		return 0;
	lifetimes->book.closes_of = strdup(class_name);
	return lifetimes->book.closes_of != NULL ? 0 : -ENOMEM;
}

size_t lifetimes_sessions(const struct lifetimes *lifetimes)
{
	const struct mark_series *series = soak_series(&lifetimes->book.marks, lifetimes->by);

	return series != NULL ? series->count : 0;
}

const struct collect_sink *lifetimes_sink(struct lifetimes *lifetimes)
{
	return &lifetimes->sink;
}

static uint64_t earlier(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns != 0 && (b_ns == 0 || a_ns < b_ns) ? a_ns : b_ns;
}

void lifetimes_status(const struct lifetimes *lifetimes, struct lifetimes_status *ret_status)
{
	struct lifetimes_status status = {
		.events = lifetimes->events,
		.processes = lifetimes->processes,
		.lost = lifetimes->lost,
	};

	for (size_t i = 0; i < lifetimes->live_count; i++) {
		const struct image *image = lifetimes->live[i];

		status.lost += lost_of(image);
		status.pending_ns = earlier(image->exit_begun_ns, status.pending_ns);
		status.pending_ns =
			earlier(extents_closing_ns(&image->things.extents), status.pending_ns);
		status.open_sockets += image->sockets;
		status.open_fds += image->alive[TRACK_KIND_FD];
		status.threads += image->alive[TRACK_KIND_THREAD];
	}
	*ret_status = status;
}

bool lifetimes_await(void *ctx, const struct collect_held *held)
{
	struct lifetimes *lifetimes = ctx;
	struct image *image = image_at(lifetimes, held->index);

	return image != NULL && awaits(lifetimes, image, held->seen_ns, held->tid);
}

int lifetimes_finish(struct lifetimes *lifetimes)
{
	for (size_t i = 0; i < lifetimes->live_count; i++) {
		int error = settle(lifetimes, lifetimes->live[i]);

		if (error != 0)
			return error;
	}
	return on_flush(lifetimes);
}
