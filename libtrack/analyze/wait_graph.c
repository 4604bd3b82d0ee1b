/* SPDX-License-Identifier: Apache-2.0 */
#include "wait_graph.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wait_edges.h"

/* clang-format off */
enum ended_by { HOLDER, THREAD, OTHER };

static const struct {
	const char *name, *text;
	enum ended_by ended_by;
} waits[TRACK_WAIT__COUNT] = {
	[TRACK_WAIT_NONE] = {"", "nothing", OTHER},
#define TRACK_WAIT(id, name, text, ended_by) [TRACK_WAIT_##id] = {name, text, ended_by},
#include <track/waits.def>
#undef TRACK_WAIT
};
/* clang-format on */

static const char processes_sql[] =
	"SELECT p.id, coalesce(p.parent_id, 0), p.start_ns, p.origin = 'fork', p.end = 'exit', "
	"p.end = 'running' "
	"FROM process p WHERE p.id IN (SELECT process_id FROM standing) AND p.end <> 'exec' "
	"ORDER BY p.id";

static const char threads_sql[] =
	"SELECT s.id, coalesce(r.id, 0), s.tid, coalesce(r.name, ''), s.tid = p.pid, "
	"s.wait IS NULL AND r.death_ns IS NOT NULL, "
	"r.start_location, s.time_ns, s.wait, s.timed, s.subject, s.other, s.target_id, "
	"s.since_ns, s.stack_id, s.told_kind, t.class, s.told_text, s.told_subject, s.told_id, "
	"CASE WHEN p.exit_tid = s.tid THEN p.exit_begun_ns END, g.class, g.remote_address, "
	"s.wait = 'condition' AND EXISTS (SELECT 1 FROM waker w WHERE w.process_id = "
	"s.process_id AND w.subject = s.subject AND w.time_ns >= s.since_ns), r.birth_stack, "
	"CASE WHEN t.ending = 'fired' THEN t.death_tid END, f.function, "
	"c.id, c.death_ns, c.death_tid, c.death_stack "
	"FROM standing s JOIN process p ON p.id = s.process_id "
	"LEFT JOIN resource r ON r.id = coalesce(s.thread_id, (SELECT max(e.id) FROM resource e "
	"WHERE e.process_id = s.process_id AND e.kind = 'thread' AND e.tid = s.tid)) "
	"LEFT JOIN frame f ON f.location_id = r.start_location AND f.position = 0 "
	"LEFT JOIN resource t ON t.id = s.told_id LEFT JOIN resource c ON c.id = (SELECT e.id "
	"FROM resource e WHERE s.wait = 'descriptor' AND coalesce(s.other, 0) <= 1 "
	"AND e.process_id = s.process_id AND e.kind = 'fd' AND e.subject = s.subject "
	"AND e.ending = 'closed' AND e.birth_ns <= s.since_ns AND e.death_ns >= s.since_ns LIMIT "
	"1) "
	"LEFT JOIN resource g ON g.id = coalesce(c.id, s.target_id) "
	"WHERE s.process_id = ?1 ORDER BY s.id";

static const char held_sql[] =
	"SELECT lock, mode, coalesce(since_ns, 0), coalesce(stack_id, 0), depth "
	"FROM held WHERE standing_id = ?1 ORDER BY position";

static const char inside_sql[] =
	"SELECT i.resource_id, i.closing, r.kind, r.class, coalesce(r.close_ns, 0), "
	"coalesce(r.close_stack, 0) FROM inside i JOIN resource r ON r.id = i.resource_id "
	"WHERE i.standing_id = ?1 ORDER BY i.position";

static const char belongs_sql[] =
	"WITH RECURSIVE up(id, steps) AS (SELECT ?1, 0 UNION ALL SELECT r.owner_id, steps + 1 "
	"FROM up JOIN resource r ON r.id = up.id WHERE r.owner_id IS NOT NULL AND steps < 64) "
	"SELECT 1 FROM up WHERE id = ?2 LIMIT 1";

const char *wait_text(enum track_wait wait)
{
	return waits[wait].text;
}

const char *wait_name(enum track_wait wait)
{
	return waits[wait].name;
}

bool wait_is_for_lock(enum track_wait wait)
{
	return wait != TRACK_WAIT_NONE && waits[wait].ended_by == HOLDER;
}

bool wait_is_from_outside(enum track_wait wait)
{
	return wait == TRACK_WAIT_DESCRIPTOR || wait == TRACK_WAIT_CHILD ||
	       wait == TRACK_WAIT_SIGNAL;
}

static enum track_wait wait_of(const char *name)
{
	for (enum track_wait wait = 1; name != NULL && wait < TRACK_WAIT__COUNT; wait++)
		if (strcmp(waits[wait].name, name) == 0)
			return wait;
	return TRACK_WAIT_NONE;
}

static int copy(struct trace_query *row, int column, char **ret_text)
{
	const char *text = trace_query_text(row, column);

	*ret_text = text != NULL && *text != '\0' ? strdup(text) : NULL;
	return text != NULL && *text != '\0' && *ret_text == NULL ? -ENOMEM : 0;
}

/* One more, zeroed. */
static void *add(void *items, size_t *count, size_t size)
{
	char **array = items;
	char *grown = reallocarray(*array, *count + 1, size);

	if (grown == NULL)
		return NULL;
	*array = grown;
	return memset(grown + size * (*count)++, 0, size);
}

typedef int (*reader)(struct wait_graph *graph, struct trace_query *row);

static int read_rows(struct wait_graph *graph, const char *sql, int64_t parameter, reader read)
{
	struct trace_query *rows;
	int more = trace_query(graph->trace, sql, &rows);

	if (more != 0)
		return more;
	trace_query_bind_int(rows, 1, parameter);
	while ((more = trace_query_step(rows)) == 1) {
		more = read(graph, rows);
		if (more != 0)
			break;
	}
	trace_query_destroy(rows);
	return more;
}

static int read_process(struct wait_graph *graph, struct trace_query *row)
{
	struct wait_process *process =
		add(&graph->processes, &graph->process_count, sizeof(*process));

	if (process == NULL)
		return -ENOMEM;
	process->id = trace_query_int(row, 0);
	process->parent_id = trace_query_int(row, 1);
	process->start_ns = (uint64_t)trace_query_int(row, 2);
	process->forked = trace_query_int(row, 3) != 0;
	process->ended_in_order = trace_query_int(row, 4) != 0;
	process->runs = trace_query_int(row, 5) != 0;
	return 0;
}

static int read_thread(struct wait_graph *graph, struct trace_query *row)
{
	struct wait_thread *thread = add(&graph->threads, &graph->thread_count, sizeof(*thread));
	int error;

	if (thread == NULL)
		return -ENOMEM;
	*thread = (struct wait_thread){
		.standing_id = trace_query_int(row, 0),
		.process_id = graph->processes[graph->process_count - 1].id,
		.thread_id = trace_query_int(row, 1),
		.tid = (uint32_t)trace_query_int(row, 2),
		.is_first = trace_query_int(row, 4) != 0,
		.is_ended = trace_query_int(row, 5) != 0,
		.start = trace_query_int(row, 6),
		.now_ns = (uint64_t)trace_query_int(row, 7),
		.wait = wait_of(trace_query_text(row, 8)),
		.timed = trace_query_int(row, 9) != 0,
		.subject = (uint64_t)trace_query_int(row, 10),
		.other = (uint64_t)trace_query_int(row, 11),
		.target_id = trace_query_int(row, 12),
		.since_ns = (uint64_t)trace_query_int(row, 13),
		.stack_id = trace_query_int(row, 14),
		.told_subject = (uint64_t)trace_query_int(row, 18),
		.told_id = trace_query_int(row, 19),
		.exit_begun_ns = (uint64_t)trace_query_int(row, 20),
		.is_woken = trace_query_int(row, 23) != 0,
		.birth_stack = trace_query_int(row, 24),
		.told_tid = (uint32_t)trace_query_int(row, 25),
		.closed_id = trace_query_int(row, 27),
		.closed_ns = (uint64_t)trace_query_int(row, 28),
		.closed_tid = (uint32_t)trace_query_int(row, 29),
		.closed_stack = trace_query_int(row, 30),
	};
	error = copy(row, 3, &thread->name);
	if (error == 0)
		error = copy(row, 15, &thread->told_kind);
	if (error == 0)
		error = copy(row, 16, &thread->told_class);
	if (error == 0)
		error = copy(row, 17, &thread->told_text);
	if (error == 0)
		error = copy(row, 21, &thread->target_class);
	if (error == 0)
		error = copy(row, 26, &thread->start_name);
	return error != 0 ? error : copy(row, 22, &thread->target_address);
}

static int read_held(struct wait_graph *graph, struct trace_query *row)
{
	struct wait_held *held = add(&graph->held, &graph->held_count, sizeof(*held));

	if (held == NULL)
		return -ENOMEM;
	held->lock = (uint64_t)trace_query_int(row, 0);
	held->mode = wait_of(trace_query_text(row, 1));
	held->since_ns = (uint64_t)trace_query_int(row, 2);
	held->stack_id = trace_query_int(row, 3);
	held->depth = trace_query_int(row, 4);
	return 0;
}

static int read_call(struct wait_graph *graph, struct trace_query *row)
{
	struct wait_call *call = add(&graph->calls, &graph->call_count, sizeof(*call));
	int error;

	if (call == NULL)
		return -ENOMEM;
	call->resource_id = trace_query_int(row, 0);
	call->closing = trace_query_int(row, 1) != 0;
	call->close_ns = (uint64_t)trace_query_int(row, 4);
	call->close_stack = trace_query_int(row, 5);
	error = copy(row, 2, &call->kind);
	return error != 0 ? error : copy(row, 3, &call->class_name);
}

static int load_thread(struct wait_graph *graph, struct wait_thread *thread)
{
	int error;

	thread->first_held = graph->held_count;
	error = read_rows(graph, held_sql, thread->standing_id, read_held);
	thread->held_count = graph->held_count - thread->first_held;
	thread->first_call = graph->call_count;
	if (error == 0)
		error = read_rows(graph, inside_sql, thread->standing_id, read_call);
	thread->call_count = graph->call_count - thread->first_call;
	return error;
}

/* The processes are read one by one before their threads, so that these lie by process. */
static int load_threads(struct wait_graph *graph)
{
	size_t count = graph->process_count;
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++) {
		graph->process_count = i + 1;
		graph->processes[i].first = graph->thread_count;
		error = read_rows(graph, threads_sql, graph->processes[i].id, read_thread);
		graph->processes[i].count = graph->thread_count - graph->processes[i].first;
	}
	graph->process_count = count;
	for (size_t i = 0; i < graph->thread_count && error == 0; i++)
		error = load_thread(graph, &graph->threads[i]);
	return error;
}

int wait_graph_load(struct wait_graph *graph, struct trace *trace)
{
	int error;

	graph->trace = trace;
	error = read_rows(graph, processes_sql, 0, read_process);
	if (error == 0)
		error = load_threads(graph);
	return error != 0 ? error : wait_edges_build(graph);
}

void wait_graph_finish(struct wait_graph *graph)
{
	for (size_t i = 0; i < graph->thread_count; i++) {
		free(graph->threads[i].name);
		free(graph->threads[i].told_kind);
		free(graph->threads[i].told_class);
		free(graph->threads[i].told_text);
		free(graph->threads[i].target_class);
		free(graph->threads[i].start_name);
		free(graph->threads[i].target_address);
	}
	for (size_t i = 0; i < graph->call_count; i++) {
		free(graph->calls[i].kind);
		free(graph->calls[i].class_name);
	}
	free(graph->processes);
	free(graph->threads);
	free(graph->held);
	free(graph->calls);
	free(graph->edges);
	*graph = (struct wait_graph){0};
}

const struct wait_call *wait_closing(const struct wait_graph *graph, size_t thread)
{
	const struct wait_thread *at = &graph->threads[thread];

	for (size_t i = at->call_count; i-- > 0;)
		if (graph->calls[at->first_call + i].closing)
			return &graph->calls[at->first_call + i];
	return NULL;
}

const struct wait_call *wait_callback(const struct wait_graph *graph, size_t thread)
{
	const struct wait_thread *at = &graph->threads[thread];

	for (size_t i = 0; i < at->call_count; i++) {
		const struct wait_call *call = &graph->calls[at->first_call + i];

		if (!call->closing && call->kind != NULL && strcmp(call->kind, "scope") != 0)
			return call;
	}
	return NULL;
}

int wait_belongs(const struct wait_graph *graph, int64_t resource_id, int64_t owner_id)
{
	struct trace_query *query;
	int found;

	if (resource_id == 0 || owner_id == 0)
		return 0;
	found = trace_query(graph->trace, belongs_sql, &query);
	if (found != 0)
		return found;
	trace_query_bind_int(query, 1, resource_id);
	trace_query_bind_int(query, 2, owner_id);
	found = trace_query_step(query);
	trace_query_destroy(query);
	return found;
}

/* "dc worker 1" and "dc worker 12" */
static bool is_equal_but_digits(const char *left, const char *right)
{
	for (;; left++, right++) {
		while (isdigit((unsigned char)*left))
			left++;
		while (isdigit((unsigned char)*right))
			right++;
		if (*left != *right || *left == '\0')
			return *left == *right;
	}
}

bool wait_is_alike(const struct wait_graph *graph, size_t left, size_t right)
{
	const struct wait_thread *a = &graph->threads[left], *b = &graph->threads[right];

	if (a->start == 0 || a->start != b->start || a->process_id != b->process_id)
		return false;
	return a->name != NULL && b->name != NULL ? is_equal_but_digits(a->name, b->name)
						  : a->birth_stack == b->birth_stack;
}

const struct wait_process *wait_process_of(const struct wait_graph *graph, size_t thread)
{
	const struct wait_process *process = graph->processes;

	while (thread >= process->first + process->count)
		process++;
	return process;
}
