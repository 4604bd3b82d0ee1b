/* SPDX-License-Identifier: Apache-2.0 */
#include "road.h"

#include <collect/collector.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "names.h"
#include "pack_facts.h"
#include "pack_hints.h"
#include "symbolise.h"

struct road {
	struct trace *trace;
	struct lifetimes *lifetimes;
	struct collector *collector;
	struct symbol_search search;
	char error[512];
};

static int fail(struct road *road, int error, const char *what)
{
	const char *said = trace_error(road->trace);

	if (!said || !said[0])
		said = strerror(-error);
	snprintf(road->error, sizeof(road->error), "%s: %s", what, said);
	return error;
}

static int fail_collecting(struct road *road, int error)
{
	const char *said = collector_error(road->collector);

	if (!said[0])
		return fail(road, error, "cannot store what was recorded");
	snprintf(road->error, sizeof(road->error), "%s", said);
	return error;
}

int road_create(const char *trace_path, const struct symbol_search *search, struct road **ret_road)
{
	struct road *road = calloc(1, sizeof(*road));
	int r = road ? 0 : -ENOMEM;

	if (r == 0 && search)
		road->search = *search;
	if (r == 0)
		r = trace_create(trace_path, &road->trace);
	if (r == 0)
		r = pack_facts_write_shipped(road->trace);
	if (r == 0)
		r = lifetimes_create(road->trace, &road->lifetimes);
	if (r == 0)
		r = collector_create(lifetimes_sink(road->lifetimes), &road->collector);
	if (r < 0) {
		road_destroy(road);
		return r;
	}
	*ret_road = road;
	return 0;
}

struct trace *road_release(struct road *road)
{
	struct trace *trace = road->trace;

	road->trace = NULL;
	road_destroy(road);
	return trace;
}

int road_destroy(struct road *road)
{
	int r;

	if (!road)
		return 0;
	collector_destroy(road->collector);
	lifetimes_destroy(road->lifetimes);
	r = trace_close(road->trace);
	free(road);
	return r;
}

void road_set_trace_budget(struct road *road, uint64_t bytes)
{
	lifetimes_set_budget(road->lifetimes, bytes);
}

int road_count_sessions(struct road *road, enum soak_by by, const char *class_name)
{
	return lifetimes_count_sessions(road->lifetimes, by, class_name);
}

size_t road_sessions(const struct road *road)
{
	return lifetimes_sessions(road->lifetimes);
}

static bool differs(struct trace *trace, const char *key, uint64_t time_ns)
{
	const char *known = trace_meta(trace, key);

	return time_ns != ROAD_TIME_UNSET && (!known || strtoull(known, NULL, 10) != time_ns);
}

bool road_times_differ(struct trace *trace, const struct road_times *times)
{
	return differs(trace, "grace_ns", times->grace_ns) ||
	       differs(trace, "hang_after_ns", times->hang_after_ns);
}

static int set_time(struct trace *trace, const char *key, uint64_t time_ns)
{
	char text[24];

	if (time_ns == ROAD_TIME_UNSET)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, time_ns);
	return trace_set_meta(trace, key, text);
}

int road_set_times(struct trace *trace, const struct road_times *times)
{
	int r = set_time(trace, "grace_ns", times->grace_ns);

	return r < 0 ? r : set_time(trace, "hang_after_ns", times->hang_after_ns);
}

int road_add(struct road *road, const char *path)
{
	int r = collector_add(road->collector, path);

	return r < 0 ? fail_collecting(road, r) : 0;
}

int road_own(struct road *road, const char *folder)
{
	int r = collector_own(road->collector, folder);

	return r < 0 ? fail_collecting(road, r) : 0;
}

int road_poll(struct road *road)
{
	uint64_t events;
	int r = collector_poll(road->collector, true, &events);

	return r < 0 ? fail_collecting(road, r) : 0;
}

int road_look(struct road *road)
{
	uint64_t events;
	int r = collector_look(road->collector, &events);

	if (r == 0)
		r = trace_commit(road->trace);
	return r < 0 ? fail_collecting(road, r) : 0;
}

void road_settle(struct road *road)
{
	(void)collector_settle(road->collector, lifetimes_await, road->lifetimes);
}

void road_let_go(struct road *road)
{
	collector_let_go(road->collector);
}

uint64_t road_stuck(const struct road *road, uint64_t before_ns)
{
	return collector_stuck(road->collector, before_ns);
}

void road_status(const struct road *road, struct lifetimes_status *ret_status)
{
	lifetimes_status(road->lifetimes, ret_status);
}

static int query_int(struct trace *trace, const char *sql, int64_t parameter, int64_t *ret_value)
{
	struct trace_query *query;
	int r = trace_query(trace, sql, &query);

	if (r < 0)
		return r;
	trace_query_bind_int(query, 1, parameter);
	r = trace_query_step(query);
	if (r > 0)
		*ret_value = trace_query_int(query, 0);
	trace_query_destroy(query);
	return r < 0 ? r : r > 0 ? 0 : -ENODATA;
}

static const struct {
	const char *name, *weight, *text;
} notes[TRACK_NOTE__COUNT] = {
/* clang-format off */
#define TRACK_NOTE(id, name_, weight_, text_) \
	[TRACK_NOTE_##id] = { .name = name_, .weight = #weight_, .text = text_ },
#include <track/notes.def>
#undef TRACK_NOTE
	/* clang-format on */
};

static int put_note(struct road *road, enum track_note note, uint64_t count)
{
	return trace_put_note(road->trace, 0, notes[note].name, notes[note].weight, count,
			      notes[note].text);
}

/* A program that should have left a spool and left none: nothing of it was seen. */
static int note_unrecorded(struct road *road, const struct road_program *program)
{
	enum track_note absent =
		program->engine == ENGINE_PROBES ? TRACK_NOTE_LOST_IMAGES : TRACK_NOTE_SHIM_ABSENT;
	uint64_t unrecorded = collector_unrecorded(road->collector);
	int64_t seen = 0;
	int r = query_int(road->trace, "SELECT count(*) FROM process WHERE pid = ?1", program->pid,
			  &seen);

	if (r == 0 && unrecorded)
		r = put_note(road, TRACK_NOTE_LOST_IMAGES, unrecorded);
	if (r == 0 && program->pid && (!seen || !program->recordable))
		r = put_note(road, absent, unrecorded + 1);
	return r;
}

int road_judge(struct trace *trace, const struct symbol_search *search, struct trace *known)
{
	int r = known ? names_copy(known, trace) : 0;

	if (r == 0)
		r = analyze_places(trace, search ? search->sysroot : NULL);
	if (r == 0)
		r = symbolise(trace, search);
	if (r == 0)
		r = analyze_findings(trace);
	return r;
}

/* How the program ended, as far as its own process does not tell. */
static int write_ending(struct trace *trace, const struct road_program *program)
{
	char number[32];
	int r = 0;

	if (program->is_ours) {
		snprintf(number, sizeof(number), "%d", program->exit_code);
		r = trace_set_meta(trace, "exit_status", number);
	}
	if (r == 0 && program->timeout_ns) {
		snprintf(number, sizeof(number), "%.1f", (double)program->timeout_ns / 1e9);
		r = trace_set_meta(trace, "timeout_s", number);
	}
	if (r == 0 && program->oom_kills) {
		snprintf(number, sizeof(number), "%" PRIu64, program->oom_kills);
		r = trace_set_meta(trace, "oom_kills", number);
	}
	return r;
}

static int judge(struct road *road, const struct road_program *program)
{
	int r = road_judge(road->trace, &road->search, NULL);

	if (r == 0 && program)
		r = write_ending(road->trace, program);
	if (r == 0)
		r = trace_set_meta(road->trace, "finished", "1");
	if (r == 0)
		r = trace_commit(road->trace);
	return r;
}

int road_set_end(struct trace *trace)
{
	struct timespec now;
	char text[24];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec);
	return trace_set_meta(trace, "ended_ns", text);
}

int road_finish(struct road *road, const struct road_program *program)
{
	uint64_t events;
	int r = 0;

	if (program && program->is_ours)
		collector_ended(road->collector, program->pid, program->wait_status);
	if (program)
		r = road_set_end(road->trace);
	if (r < 0)
		return fail(road, r, "cannot store what was recorded");
	r = collector_finish(road->collector, &events);
	if (r < 0)
		return fail_collecting(road, r);
	r = lifetimes_finish(road->lifetimes);
	if (r == 0 && program)
		r = note_unrecorded(road, program);
	if (r == 0 && program)
		r = pack_hints_write(road->trace, program->packs, program->engine == ENGINE_SHIM,
				     program->probes);
	if (r < 0)
		return fail(road, r, "cannot store what was recorded");
	r = judge(road, program);
	return r < 0 ? fail(road, r, "cannot judge what was recorded") : 0;
}

struct trace *road_trace(struct road *road)
{
	return road->trace;
}

const char *road_error(const struct road *road)
{
	return road->error;
}

int road_saw(const char *folder, bool *ret_stacks)
{
	struct road *road;
	int64_t processes = 0, blind = 0;
	int r = road_create(NULL, NULL, &road);

	if (r < 0)
		return r;
	r = road_add(road, folder);
	if (r == 0)
		r = road_finish(road, NULL);
	if (r == 0)
		r = query_int(road->trace, "SELECT count(*) FROM process WHERE pid >= ?1", 1,
			      &processes);
	if (r == 0)
		r = query_int(
			road->trace,
			"SELECT count(*) FROM note WHERE name = 'no-unwinder' AND count >= ?1", 1,
			&blind);
	road_destroy(road);
	if (r < 0)
		return r;
	*ret_stacks = !blind;
	return processes > 0;
}

int road_evidence(struct trace *trace, uint64_t *ret_lost, bool *ret_finished)
{
	const char *finished = trace_meta(trace, "finished");
	int64_t lost = 0;
	int r = query_int(trace,
			  "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'"
			  " AND count >= ?1",
			  1, &lost);

	if (r < 0)
		return r;
	*ret_lost = (uint64_t)lost;
	*ret_finished = finished && strcmp(finished, "1") == 0;
	return 0;
}
