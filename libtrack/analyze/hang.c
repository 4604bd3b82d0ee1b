/* SPDX-License-Identifier: Apache-2.0 */
#include "hang.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hang_turn.h"
#include "hang_world.h"

static const char threads_sql[] = "SELECT count(*) FROM resource WHERE process_id = ?1 AND kind = "
				  "'thread' AND inherited = 0";
static const char elsewhere_sql[] = "SELECT 1 FROM held h JOIN standing s ON s.id = h.standing_id "
				    "WHERE h.lock = ?1 AND s.process_id NOT IN (?2, ?3) LIMIT 1";

enum walk_state { NEW, OPEN, DONE };

/* One walk over the graph. */
struct walk {
	struct hangs *hangs;
	unsigned char *state; /* enum walk_state of each thread */
	size_t *path;
	size_t *taken; /* the edge by which each of the path is left, counted from its first */
	size_t length;
	bool closed_world; /* nobody is left who could do anything */
};

static bool has_lasted(const struct hangs *hangs, uint64_t since_ns, uint64_t now_ns)
{
	return since_ns != 0 && since_ns + hangs->hang_after_ns <= now_ns;
}

static bool is_waiting(const struct hangs *hangs, size_t thread)
{
	const struct wait_thread *at = hang_thread(hangs, thread);

	return at->wait != TRACK_WAIT_NONE && !at->timed;
}

bool hang_is_old(const struct hangs *hangs, size_t thread)
{
	const struct wait_thread *at = hang_thread(hangs, thread);

	return is_waiting(hangs, thread) && has_lasted(hangs, at->since_ns, at->now_ns);
}

bool hang_is_exit(const struct hangs *hangs, size_t thread)
{
	const struct wait_thread *at = hang_thread(hangs, thread);

	return has_lasted(hangs, at->exit_begun_ns, at->now_ns);
}

const struct wait_call *hang_closing(const struct hangs *hangs, size_t thread)
{
	const struct wait_thread *at = hang_thread(hangs, thread);

	for (size_t i = at->call_count; i-- > 0;) {
		const struct wait_call *call = &hangs->graph.calls[at->first_call + i];

		if (call->closing && has_lasted(hangs, call->close_ns, at->now_ns) &&
		    hang_still_in(hangs, at, call))
			return call;
	}
	return NULL;
}

uint64_t hang_begun_ns(const struct hangs *hangs, const struct hang *hang)
{
	uint64_t begun_ns = UINT64_MAX;

	for (size_t i = 0; i < hang->count; i++) {
		uint64_t since_ns = hang_thread(hangs, hang->chain[i])->since_ns;

		if (since_ns != 0 && since_ns < begun_ns)
			begun_ns = since_ns;
	}
	return begun_ns;
}

static struct hang *add(struct hangs *hangs, enum hang_shape shape)
{
	struct hang *grown = reallocarray(hangs->items, hangs->count + 1, sizeof(*grown));

	if (grown == NULL)
		return NULL;
	hangs->items = grown;
	grown[hangs->count] = (struct hang){.shape = shape, .closer = WAIT_NOBODY};
	return &grown[hangs->count++];
}

/* What the walk came along, from one place of its path on, is a hang. */
static int add_path(struct walk *walk, size_t from, enum hang_shape shape, struct hang **ret_hang)
{
	struct hangs *hangs = walk->hangs;
	struct hang *hang = add(hangs, shape);

	if (hang == NULL)
		return -ENOMEM;
	for (size_t i = from; i < walk->length; i++) {
		size_t thread = walk->path[i];

		hangs->told_by[thread] = hangs->count;
		if (hang->count == HANG_CHAIN_MAX)
			continue;
		hang->chain[hang->count] = thread;
		hang->edges[hang->count++] =
			hang_thread(hangs, thread)->first_edge + walk->taken[i];
	}
	*ret_hang = hang;
	return 0;
}

static void enter(struct walk *walk, size_t thread)
{
	walk->state[thread] = OPEN;
	walk->path[walk->length] = thread;
	walk->taken[walk->length++] = 0;
}

/* The next to go to from the end of the path; false: there is none. */
static bool next_edge(const struct walk *walk, size_t *ret_to)
{
	size_t end = walk->length - 1;
	const struct wait_thread *at = hang_thread(walk->hangs, walk->path[end]);

	if (!is_waiting(walk->hangs, walk->path[end]) || walk->taken[end] >= at->edge_count)
		return false;
	*ret_to = walk->hangs->graph.edges[at->first_edge + walk->taken[end]].to;
	return true;
}

static size_t place_of(const struct walk *walk, size_t thread)
{
	size_t place = walk->length;

	while (place > 0 && walk->path[place - 1] != thread)
		place--;
	return place - 1;
}

/*
 * One that waits for its own mutex may have it as a semaphore, which another gives back; and who
 * was woken at a condition may be another than who waits for its mutex: not if it has lasted for
 * long.
 */
static bool is_certain(const struct walk *walk, size_t from)
{
	bool certain = true;

	for (size_t i = from; i < walk->length; i++) {
		const struct wait_thread *at = hang_thread(walk->hangs, walk->path[i]);
		bool alone = walk->length - from == 1 && at->wait == TRACK_WAIT_MUTEX;

		certain &= (!alone && !at->is_woken) || hang_is_old(walk->hangs, walk->path[i]);
	}
	return certain;
}

static int find_circles_from(struct walk *walk, size_t thread)
{
	struct hang *hang;
	size_t to;
	int error = 0;

	enter(walk, thread);
	while (walk->length > 0 && error == 0) {
		if (!next_edge(walk, &to)) {
			walk->state[walk->path[--walk->length]] = DONE;
			if (walk->length > 0)
				walk->taken[walk->length - 1]++;
			continue;
		}
		if (walk->state[to] == NEW) {
			enter(walk, to);
			continue;
		}
		if (walk->state[to] == OPEN && walk->hangs->told_by[to] == 0 &&
		    is_certain(walk, place_of(walk, to)))
			error = add_path(walk, place_of(walk, to), HANG_CIRCLE, &hang);
		walk->taken[walk->length - 1]++;
	}
	return error;
}

static bool is_lone_child(const struct hangs *hangs, size_t thread)
{
	const struct wait_process *process = wait_process_of(&hangs->graph, thread);
	struct trace_query *query;
	int64_t born = 1, elsewhere = 1;

	if (!process->forked || trace_query(hangs->graph.trace, threads_sql, &query) != 0)
		return false;
	trace_query_bind_int(query, 1, process->id);
	if (trace_query_step(query) == 1)
		born = trace_query_int(query, 0);
	trace_query_destroy(query);
	/* A lock that a sibling has is shared by processes. */
	if (born != 0 || trace_query(hangs->graph.trace, elsewhere_sql, &query) != 0)
		return false;
	trace_query_bind_int(query, 1, (int64_t)hang_thread(hangs, thread)->subject);
	trace_query_bind_int(query, 2, process->id);
	trace_query_bind_int(query, 3, process->parent_id);
	elsewhere = trace_query_step(query);
	trace_query_destroy(query);
	return elsewhere == 0;
}

bool hang_is_closing(const struct hangs *hangs, size_t thread)
{
	return hang_closing(hangs, thread) != NULL || hang_is_exit(hangs, thread);
}

static bool is_in_turn(const struct walk *walk)
{
	size_t before = walk->length - 2;
	const struct wait_thread *at = hang_thread(walk->hangs, walk->path[before]);
	struct hang_turn turn = {
		.head = walk->path[0],
		.before = walk->path[before],
		.last = walk->path[before + 1],
		.edge = &walk->hangs->graph.edges[at->first_edge + walk->taken[before]],
	};

	return hang_in_turn(walk->hangs, &turn);
}

/* Its descriptor was closed so long ago: a close does not wake who waits already. */
static bool is_closed_under(const struct hangs *hangs, size_t thread)
{
	const struct wait_thread *at = hang_thread(hangs, thread);

	return at->closed_id != 0 && has_lasted(hangs, at->closed_ns, at->now_ns);
}

/* What the end of the path is; false: somebody may go on. */
static bool is_dead_end(const struct walk *walk, enum hang_shape *ret_shape)
{
	const struct hangs *hangs = walk->hangs;
	size_t head = walk->path[0], last = walk->path[walk->length - 1];
	const struct wait_thread *end = hang_thread(hangs, last);
	bool certain = hang_is_closing(hangs, head) || walk->closed_world;

	if (end->edge_count != 0 || end->wait == TRACK_WAIT_THREAD)
		return false;
	if (!wait_is_for_lock(end->wait)) {
		*ret_shape = HANG_OPEN;
		return certain || is_closed_under(hangs, last) ||
		       (walk->length > 1 && wait_is_for_lock(hang_thread(hangs, head)->wait) &&
			!is_in_turn(walk));
	}
	*ret_shape = is_lone_child(hangs, last) ? HANG_NOT_FORKED : HANG_NO_HOLDER;
	return certain || *ret_shape == HANG_NOT_FORKED;
}

static const struct wait_edge *last_edge(const struct walk *walk)
{
	const struct wait_thread *at = hang_thread(walk->hangs, walk->path[walk->length - 1]);

	return &walk->hangs->graph.edges[at->first_edge + walk->taken[walk->length - 1]];
}

/* The program's end waits for a lock that one who does something else has had for so long. */
static bool is_kept_from_ending(const struct walk *walk, size_t to)
{
	const struct hangs *hangs = walk->hangs;
	const struct wait_edge *edge = last_edge(walk);

	return edge->reason == WAIT_HOLDS && hang_is_exit(hangs, walk->path[0]) &&
	       !hang_is_old(hangs, to) &&
	       has_lasted(hangs, hangs->graph.held[edge->held].since_ns,
			  hang_thread(hangs, to)->now_ns);
}

/* Whether the walk ends at this one: at a holder that is gone, or with what is told already. */
static bool is_settled(const struct walk *walk, size_t to)
{
	return walk->hangs->told_by[to] != 0 ||
	       (hang_thread(walk->hangs, to)->is_ended && last_edge(walk)->reason == WAIT_HOLDS) ||
	       is_kept_from_ending(walk, to);
}

static int settle(struct walk *walk, size_t to)
{
	struct hangs *hangs = walk->hangs;
	struct hang *hang;
	int error;

	if (hangs->told_by[to] != 0) {
		size_t told_by = hangs->told_by[to];

		hang = &hangs->items[told_by - 1];
		hang->waiting++;
		if (hang->closer == WAIT_NOBODY && hang_is_closing(hangs, walk->path[0]))
			hang->closer = walk->path[0];
		for (size_t i = 0; i < walk->length; i++)
			hangs->told_by[walk->path[i]] = told_by;
		return 0;
	}
	error = add_path(walk, 0,
			 hang_thread(hangs, to)->is_ended ? HANG_HOLDER_GONE : HANG_HOLDER_RUNS,
			 &hang);
	if (error == 0)
		hang->gone = to;
	return error;
}

/* The first dead end that can be reached from a head; each of those on the way waits long. */
static int find_dead_end_from(struct walk *walk, size_t head)
{
	enum hang_shape shape;
	struct hang *hang;
	size_t to;

	enter(walk, head);
	while (walk->length > 0) {
		if (is_dead_end(walk, &shape))
			return add_path(walk, 0, shape, &hang);
		if (!next_edge(walk, &to)) {
			walk->length--;
			if (walk->length > 0)
				walk->taken[walk->length - 1]++;
			continue;
		}
		if (is_settled(walk, to))
			return settle(walk, to);
		if (walk->state[to] == NEW && hang_is_old(walk->hangs, to))
			enter(walk, to);
		else
			walk->taken[walk->length - 1]++;
	}
	return 0;
}

/* The heads, the most telling ones last. */
enum rank { RANK_NONE, RANK_CLOSED_UNDER, RANK_JOINS, RANK_LOCKS, RANK_CLOSES };

static enum rank rank_of(const struct hangs *hangs, size_t thread)
{
	if (hangs->told_by[thread] != 0 || !hang_is_old(hangs, thread))
		return RANK_NONE;
	if (hang_is_closing(hangs, thread))
		return RANK_CLOSES;
	if (wait_is_for_lock(hang_thread(hangs, thread)->wait))
		return RANK_LOCKS;
	if (hang_thread(hangs, thread)->wait == TRACK_WAIT_THREAD)
		return RANK_JOINS;
	return is_closed_under(hangs, thread) ? RANK_CLOSED_UNDER : RANK_NONE;
}

static int walk_from(struct walk *walk, size_t head)
{
	memset(walk->state, NEW, walk->hangs->graph.thread_count);
	walk->length = 0;
	return find_dead_end_from(walk, head);
}

static int find_dead_ends(struct walk *walk)
{
	int error = 0;

	for (enum rank rank = RANK_CLOSES; rank > RANK_NONE; rank--)
		for (size_t i = 0; i < walk->hangs->graph.thread_count && error == 0; i++)
			if (rank_of(walk->hangs, i) == rank)
				error = walk_from(walk, i);
	return error;
}

/* Where nothing else tells of the process, its first thread does. */
static int find_closed_worlds(struct walk *walk)
{
	struct hangs *hangs = walk->hangs;
	int error = 0;

	walk->closed_world = true;
	for (size_t i = 0; i < hangs->graph.process_count && error == 0; i++) {
		const struct wait_process *process = &hangs->graph.processes[i];
		size_t first = WAIT_NOBODY, told = 0;

		for (size_t j = process->first; j < process->first + process->count; j++) {
			told += hangs->told_by[j] != 0;
			if (hang_thread(hangs, j)->is_first)
				first = j;
		}
		if (process->is_closed && told == 0 && first != WAIT_NOBODY)
			error = walk_from(walk, first);
	}
	return error;
}

static int find(struct walk *walk)
{
	size_t count = walk->hangs->graph.thread_count;
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++)
		if (walk->state[i] == NEW)
			error = find_circles_from(walk, i);
	if (error == 0)
		error = find_dead_ends(walk);
	return error != 0 ? error : find_closed_worlds(walk);
}

static uint64_t read_hang_after(struct trace *trace)
{
	const char *text = trace_meta(trace, "hang_after_ns");
	char *end;
	unsigned long long value;

	if (text == NULL || *text < '0' || *text > '9')
		return HANG_AFTER_NS;
	value = strtoull(text, &end, 10);
	return *end == '\0' && value <= INT64_MAX ? value : HANG_AFTER_NS;
}

int hangs_find(struct hangs *hangs, struct trace *trace)
{
	struct walk walk = {.hangs = hangs};
	size_t count;
	int error;

	hangs->hang_after_ns = read_hang_after(trace);
	if (hangs->hang_after_ns == 0)
		return 0;
	error = wait_graph_load(&hangs->graph, trace);
	count = hangs->graph.thread_count;
	if (error != 0 || count == 0)
		return error;
	error = hang_worlds_judge(hangs);
	hangs->told_by = calloc(count, sizeof(size_t));
	walk.state = calloc(count, 1);
	walk.path = calloc(count, sizeof(size_t));
	walk.taken = calloc(count, sizeof(size_t));
	if (error == 0)
		error = hangs->told_by != NULL && walk.state != NULL && walk.path != NULL &&
					walk.taken != NULL
				? find(&walk)
				: -ENOMEM;
	free(walk.state);
	free(walk.path);
	free(walk.taken);
	return error;
}

void hangs_finish(struct hangs *hangs)
{
	wait_graph_finish(&hangs->graph);
	free(hangs->items);
	free(hangs->told_by);
	*hangs = (struct hangs){0};
}
