/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"
#include "decode.h"
#include "held.h"
#include "order.h"
#include "stand.h"
#include "usage.h"

#include <base/text.h>
#include <collect/in_use.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A clock read just before we looked may lie a little behind ours; that of annotations is off by
 * some microseconds at most.
 */
#define MARGIN_NS 1000000ull

int process_create(struct spool *spool, uint32_t index, struct process **ret_process)
{
	struct process *process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	process->info = (struct collect_process){
		.index = index,
		.pid = spool->pid,
		.ppid = spool->ppid,
		.origin = spool->origin,
		.engine = spool->engine,
		.start_ns = spool->start_ns,
		.realtime_ns = spool->realtime_ns,
		.end = COLLECT_END_RUNNING,
		.code = -1,
		.exe = strdup(""),
		.command = strdup(""),
		.packs = strdup(""),
	};
	if (!process->info.exe || !process->info.command || !process->info.packs) {
		process_destroy(process);
		return -ENOMEM;
	}
	process->spool = *spool;
	process->changed = true;
	*ret_process = process;
	return 0;
}

void process_destroy(struct process *process)
{
	if (!process)
		return;
	spool_finish(&process->spool);
	free((char *)process->info.exe);
	free((char *)process->info.command);
	free((char *)process->info.packs);
	free(process->cursors);
	free(process);
}

/* Our own map would count as well. It comes back at the next reading. */
static bool is_held(struct process *process)
{
	spool_unmap(&process->spool);
	int fd = spool_reopen(&process->spool);
	bool held = fd >= 0 && file_in_use(fd);
	if (fd >= 0)
		close(fd);
	return held;
}

bool process_is_alive(struct process *process)
{
	if (process->over)
		return false;
	if (process->replaced)
		return spool_is_added_to(&process->spool);
	if (process->spool.foreign)
		return is_held(process);
	return spool_is_written(&process->spool);
}

int process_tell(struct process *process, const struct collect_sink *sink)
{
	if (!process->changed)
		return 0;
	process->changed = false;
	return sink->process(sink->ctx, &process->info);
}

static uint64_t note_total(const struct process *process, uint32_t note)
{
	const struct track_spool *map = process->spool.map;
	uint64_t total = map ? __atomic_load_n(&map->notes[note], __ATOMIC_RELAXED) : 0;
	if (note == TRACK_NOTE_READ_BEFORE)
		total += process->read_before;
	if (note == TRACK_NOTE_LOST_HOLES)
		total += process->lost_holes;
	if (note == TRACK_NOTE_LOST_DAMAGED)
		total += process->lost_damaged;
	return total < INT64_MAX ? total : INT64_MAX;
}

static int tell_notes(struct process *process, const struct collect_sink *sink)
{
	for (uint32_t note = 0; note < TRACK_NOTE__COUNT; note++) {
		uint64_t total = note_total(process, note);
		if (total == process->told[note])
			continue;
		process->told[note] = total;
		int ret = sink->note(sink->ctx, process->info.index, (enum track_note)note, total);
		if (ret)
			return ret;
	}
	return 0;
}

static int set_text(struct process *process, const struct track_record *head, const void *record)
{
	enum track_process_text what;
	const char *bytes;
	size_t size;
	decode_process_text(head, record, &what, &bytes, &size);
	size_t capacity = 3 * size + 1;
	char *text = malloc(capacity);
	if (!text)
		return -ENOMEM;
	text_clean(bytes, size, text, capacity);
	const char **const fields[TRACK_PROCESS_TEXT__COUNT] = {
		[TRACK_PROCESS_EXE] = &process->info.exe,
		[TRACK_PROCESS_COMMAND] = &process->info.command,
		[TRACK_PROCESS_PACKS] = &process->info.packs,
	};
	const char **field = fields[what];
	free((char *)*field);
	*field = text;
	process->changed = true;
	return 0;
}

struct scan_visit {
	struct process *process;
	const struct collect_sink *sink;
};

static int define_module(const struct scan_visit *visit, const struct track_record *head,
			 const void *record)
{
	char path[DECODE_PATH_BYTES];
	struct track_module wire;
	struct collect_module module;
	if (!decode_module(head, record, path, &wire, &module))
		return -EBADMSG;
	return visit->sink->module(visit->sink->ctx, visit->process->info.index, &module);
}

static int define_stack(const struct scan_visit *visit, const struct track_record *head,
			const void *record)
{
	const uint64_t *addresses;
	size_t depth;
	decode_stack(head, record, &addresses, &depth);
	return visit->sink->stack(visit->sink->ctx, visit->process->info.index, head->subject,
				  head->time_ns, addresses, depth);
}

static int define_literal(const struct scan_visit *visit, const struct track_record *head,
			  const void *record)
{
	char text[3 * TRACK_NAME_BYTES_MAX + 1];
	const char *bytes;
	size_t size;
	decode_text(head, record, &bytes, &size);
	text_clean(bytes, size, text, sizeof(text));
	return visit->sink->text(visit->sink->ctx, visit->process->info.index, head->subject, text);
}

static int define(void *ctx, const struct track_record *head, const void *record)
{
	const struct scan_visit *visit = ctx;
	struct decode_fixed fixed;
	switch (decode_check(head, record, &fixed)) {
	case DECODE_THREAD:
		return 0; /* for cursor_keys */
	case DECODE_STACK:
		return define_stack(visit, head, record);
	case DECODE_MODULE:
		return define_module(visit, head, record);
	case DECODE_UNLOAD:
		return visit->sink->unload(visit->sink->ctx, visit->process->info.index,
					   head->subject, head->time_ns);
	case DECODE_LITERAL:
		return define_literal(visit, head, record);
	case DECODE_TEXT:
		return set_text(visit->process, head, record);
	case DECODE_EVENT:
	case DECODE_MARK:
	case DECODE_DAMAGED:
		break;
	}
	return -EBADMSG;
}

static int grow_cursors(struct process *process, uint32_t count)
{
	if (count <= process->cursor_count)
		return 0;
	struct cursor *cursors = reallocarray(process->cursors, count, sizeof(*cursors));
	if (!cursors)
		return -ENOMEM;
	memset(cursors + process->cursor_count, 0,
	       (count - process->cursor_count) * sizeof(*cursors));
	process->cursors = cursors;
	process->cursor_count = count;
	return 0;
}

/*
 * Nothing older comes any more. Of a writer that hears of things late, only as far as it says; to
 * be asked before the segments are looked at.
 */
static uint64_t horizon_of(const struct process *process, uint64_t now_ns)
{
	uint64_t settled_ns = __atomic_load_n(&process->spool.map->settled_ns, __ATOMIC_ACQUIRE);
	uint64_t horizon_ns = now_ns - MARGIN_NS;
	bool late = settled_ns || process->spool.engine == TRACK_ENGINE_PROBES;
	return late && settled_ns < horizon_ns ? settled_ns : horizon_ns;
}

/* Look at all that is new. *ret_horizon_ns: events before it can no longer get a predecessor. */
static int scan(struct process *process, const struct process_look *look, uint64_t *ret_horizon_ns)
{
	uint64_t horizon = horizon_of(process, look->now_ns);
	int ret = grow_cursors(process, spool_segments_used(&process->spool));
	struct scan_visit visit = {process, look->sink};
	struct cursor_sum sum = {0};
	for (uint32_t i = 0; !ret && i < process->cursor_count; i++) {
		uint32_t bytes;
		struct track_segment *segment = spool_segment(&process->spool, i, &bytes);
		if (!segment)
			continue;
		if (i % SPOOL_SEGMENTS_HELD == SPOOL_SEGMENTS_HELD - 1)
			spool_rest(&process->spool);
		struct cursor_look cursor_look = {
			.now_ns = look->now_ns,
			.final = look->final,
			.dead = look->dead,
			.cut = bytes < TRACK_SEGMENT_BYTES,
		};
		ret = cursor_scan(&process->cursors[i], segment, bytes, &cursor_look, define,
				  &visit, &sum);
	}
	process->lost_holes += sum.holes;
	process->lost_damaged += sum.damaged;
	if (ret)
		return ret;

	if (sum.waiting && sum.wait_ns < horizon)
		horizon = sum.wait_ns;
	/* A hole was not there at the look before: it is no earlier than that one's horizon. */
	if (horizon < process->horizon_ns)
		horizon = process->horizon_ns;
	*ret_horizon_ns = look->final ? UINT64_MAX : horizon;
	return 0;
}

/* Of a spool that is gone or was cut to nothing, only that can be said. */
static int read_nothing(struct process *process, const struct collect_sink *sink)
{
	process->lost_damaged += !process->cut_counted;
	process->cut_counted = true;
	return tell_notes(process, sink);
}

/* Words of the header that its process may change. */
static void take_words(struct process *process)
{
	const struct track_spool *map = process->spool.map;
	struct collect_process *info = &process->info;
	uint32_t fd_limit = map->fd_limit;
	process->changed |= fd_limit != info->fd_limit;
	info->fd_limit = fd_limit;

	held_take(process);
	uint64_t begun_ns = __atomic_load_n(&map->exit_begun_ns, __ATOMIC_ACQUIRE);
	bool is_early = begun_ns < info->start_ns && info->origin != TRACK_ORIGIN_ATTACHED;
	if (begun_ns == info->exit_begun_ns || is_early || begun_ns > INT64_MAX)
		return;
	info->exit_begun_ns = begun_ns;
	info->exit_tid = map->exit_tid <= INT32_MAX ? map->exit_tid : 0;
	process->changed = true;
}

int process_read(struct process *process, const struct process_look *look, uint64_t *ret_events)
{
	int ret = process_tell(process, look->sink);
	if (!ret)
		ret = spool_map(&process->spool, look->live && !look->dead);
	if (ret == -ENOENT || ret == -ESTALE || ret == -EBADMSG || ret == -EACCES)
		return read_nothing(process, look->sink);
	if (ret)
		return ret;
	if (!process->was_read)
		process->read_before = process->spool.map->given_back;
	process->was_read = true;
	process->lost_damaged += process->spool.cut && !process->cut_counted;
	process->cut_counted = process->spool.cut;
	process->seen_alive |= look->live && !look->dead;
	take_words(process);

	uint64_t horizon_ns;
	ret = scan(process, look, &horizon_ns);
	if (!ret)
		ret = process_tell(process, look->sink);
	if (!ret)
		ret = order_deliver(process, look, horizon_ns, ret_events);
	if (ret)
		return ret;
	process->horizon_ns = horizon_ns;
	return tell_notes(process, look->sink);
}

static bool can_be_given_back(const struct cursor *cursor, const struct track_segment *segment)
{
	return cursor->ended && !cursor->holed && cursor->pending == cursor->scan &&
	       __atomic_load_n(&segment->state, __ATOMIC_ACQUIRE) == TRACK_SEGMENT_SEALED;
}

void process_give_back(struct process *process)
{
	if (process->over || !process->spool.map || !process->spool.writable)
		return;
	uint32_t given = 0;
	for (uint32_t i = 0; i < process->cursor_count; i++) {
		uint32_t bytes;
		struct cursor *cursor = &process->cursors[i];
		if (!cursor->ended)
			continue;
		struct track_segment *segment = spool_segment(&process->spool, i, &bytes);
		if (!segment || bytes < TRACK_SEGMENT_BYTES || !can_be_given_back(cursor, segment))
			continue;
		spool_give_back(&process->spool, i, segment);
		*cursor = (struct cursor){0};
		if (++given % SPOOL_SEGMENTS_HELD == 0)
			spool_rest(&process->spool);
	}
	if (given)
		spool_rest(&process->spool);
}

static uint64_t end_time(const struct process *process, uint64_t now_ns)
{
	if (process->replaced)
		return process->replaced_ns;
	if (process->info.end_ns)
		return process->info.end_ns;
	uint64_t last_ns = process->last_ns > process->info.start_ns ? process->last_ns
								     : process->info.start_ns;
	return process->seen_alive && now_ns > last_ns ? now_ns : last_ns;
}

/* Of a spool whose writer left off, as when it was told to. */
static bool goes_on_unwatched(const struct spool *spool)
{
	return spool->engine == TRACK_ENGINE_PROBES && !spool->foreign &&
	       writer_lives(spool->pid, spool->start_ticks);
}

static enum collect_end end_of(const struct process *process, const struct track_spool *map)
{
	switch (map ? spool_state(&process->spool) : TRACK_STATE_RUNNING) {
	case TRACK_STATE_ENDED:
		return map->end_signal > 0 ? COLLECT_END_SIGNAL : COLLECT_END_EXIT;
	case TRACK_STATE_EXITING:
		return COLLECT_END_EXIT;
	case TRACK_STATE_RUNNING:
	case TRACK_STATE__COUNT:
		break;
	}
	return goes_on_unwatched(&process->spool) ? COLLECT_END_RUNNING : COLLECT_END_UNKNOWN;
}

static void judge_header(struct process *process)
{
	const struct track_spool *map = process->spool.map;
	struct collect_process *info = &process->info;
	info->end = end_of(process, map);
	info->code = -1;
	if (info->end != COLLECT_END_EXIT && info->end != COLLECT_END_SIGNAL)
		return;
	info->code = info->end == COLLECT_END_SIGNAL ? map->end_signal : map->exit_code;
	uint64_t end_ns = map->end_ns;
	if (end_ns >= info->start_ns && end_ns <= INT64_MAX)
		info->end_ns = end_ns;
}

void process_judge(struct process *process, uint64_t now_ns, const int *wait_status)
{
	struct collect_process *info = &process->info;
	if (info->end == COLLECT_END_RUNNING)
		judge_header(process);
	if (process->replaced) {
		info->end = COLLECT_END_EXEC;
		info->code = -1;
	} else if (wait_status && WIFSIGNALED(*wait_status)) {
		info->end = COLLECT_END_SIGNAL;
		info->code = WTERMSIG(*wait_status);
	} else if (wait_status && WIFEXITED(*wait_status)) {
		info->end = COLLECT_END_EXIT;
		info->code = WEXITSTATUS(*wait_status);
	}
	if (info->end != COLLECT_END_RUNNING)
		info->end_ns = end_time(process, now_ns);
	process->changed = true;
}

int process_stand(struct process *process, const struct process_look *look,
		  struct standings *standings)
{
	uint64_t end_ns = process->info.end_ns;
	standings->told.time_ns = look->dead && end_ns ? end_ns : look->now_ns;
	standings->told.goes_on = !look->final;
	return look->sink->standings(look->sink->ctx, process->info.index, &standings->told);
}

struct close_visit {
	struct process *process;
	const struct collect_sink *sink;
	uint64_t now_ns;
	uint64_t *events;
};

static int visit_usage(void *ctx, uint32_t fd, const struct track_traffic *traffic)
{
	struct close_visit *visit = ctx;
	const struct collect_process *info = &visit->process->info;
	uint64_t time_ns = traffic->last_use_ns;
	uint64_t end_ns = info->end_ns ? info->end_ns : visit->now_ns;
	if (time_ns > end_ns)
		time_ns = end_ns;
	if (time_ns < info->start_ns)
		time_ns = info->start_ns;
	struct collect_event event = {
		.time_ns = time_ns,
		.subject = fd,
		.data = traffic,
		.data_bytes = sizeof(*traffic),
		.op = TRACK_OP_USE,
		.kind = TRACK_KIND_FD,
	};
	++*visit->events;
	return visit->sink->event(visit->sink->ctx, info->index, &event);
}

int process_close(struct process *process, const struct process_look *look, uint64_t *ret_events)
{
	struct close_visit visit = {process, look->sink, look->now_ns, ret_events};
	int ret = usage_walk(&process->spool, visit_usage, &visit);
	process->over = true;
	process->segments_booked = process->spool.map ? spool_segments_booked(&process->spool) : 0;
	spool_unmap(&process->spool);
	free(process->cursors);
	process->cursors = NULL;
	process->cursor_count = 0;
	return ret;
}
