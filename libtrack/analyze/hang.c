/* SPDX-License-Identifier: Apache-2.0 */
#include "hang.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char addresses_sql[] = "SELECT addresses FROM stack WHERE id = ?1";
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

static int read_addresses(struct trace *trace, int64_t stack_id, uint64_t **ret_addresses,
			  size_t *ret_depth)
{
	struct trace_query *query;
	size_t bytes = 0;
	const void *blob = NULL;
	int more = trace_query(trace, addresses_sql, &query);

	*ret_addresses = NULL;
	*ret_depth = 0;
	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, stack_id);
	more = trace_query_step(query);
	if (more == 1)
		blob = trace_query_blob(query, 0, &bytes);
	if (blob != NULL && bytes >= sizeof(uint64_t)) {
		*ret_addresses = malloc(bytes);
		more = *ret_addresses != NULL ? 0 : -ENOMEM;
		if (more == 0) {
			memcpy(*ret_addresses, blob, bytes);
			*ret_depth = bytes / sizeof(uint64_t);
		}
	}
	trace_query_destroy(query);
	return more < 0 ? more : 0;
}

/*
 * A close that is only asked for returns at once to whoever asked, though the scope's end comes
 * later: that thread is in it no longer. Who still is was called from the same places.
 */
static bool is_still_in(const struct hangs *hangs, const struct wait_thread *thread,
			const struct wait_call *call)
{
	uint64_t *closing = NULL, *waiting = NULL;
	size_t closing_depth = 0, waiting_depth = 0;
	bool is_in = true;

	if (read_addresses(hangs->graph.trace, call->close_stack, &closing, &closing_depth) == 0 &&
	    read_addresses(hangs->graph.trace, thread->stack_id, &waiting, &waiting_depth) == 0 &&
	    closing_depth > 1 && waiting_depth > 0)
		is_in = waiting_depth >= closing_depth - 1 &&
			memcmp(closing + 1, waiting + waiting_depth - (closing_depth - 1),
			       (closing_depth - 1) * sizeof(uint64_t)) == 0;
	free(closing);
	free(waiting);
	return is_in;
}

const struct wait_call *hang_closing(const struct hangs *hangs, size_t thread)
{
	const struct wait_thread *at = hang_thread(hangs, thread);

	for (size_t i = at->call_count; i-- > 0;) {
		const struct wait_call *call = &hangs->graph.calls[at->first_call + i];

		if (call->closing && has_lasted(hangs, call->close_ns, at->now_ns) &&
		    is_still_in(hangs, at, call))
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

static bool is_closing(const struct hangs *hangs, size_t thread)
{
	return hang_closing(hangs, thread) != NULL || hang_is_exit(hangs, thread);
}

/* What the end of the path is; false: somebody may go on. */
static bool is_dead_end(const struct walk *walk, enum hang_shape *ret_shape)
{
	const struct hangs *hangs = walk->hangs;
	size_t head = walk->path[0], last = walk->path[walk->length - 1];
	const struct wait_thread *end = hang_thread(hangs, last);
	bool closing = is_closing(hangs, head);

	if (end->edge_count != 0 || end->wait == TRACK_WAIT_THREAD)
		return false;
	if (!wait_is_for_lock(end->wait)) {
		*ret_shape = HANG_OPEN;
		return closing ||
		       (walk->length > 1 && wait_is_for_lock(hang_thread(hangs, head)->wait) &&
			!wait_is_alike(&hangs->graph, head, last));
	}
	*ret_shape = is_lone_child(hangs, last) ? HANG_NOT_FORKED : HANG_NO_HOLDER;
	return closing || *ret_shape == HANG_NOT_FORKED;
}

/* Whether the walk ends at this one: at a holder that is gone, or with what is told already. */
static bool is_settled(const struct walk *walk, size_t to)
{
	size_t end = walk->length - 1;
	const struct wait_thread *at = hang_thread(walk->hangs, walk->path[end]);
	const struct wait_edge *edge = &walk->hangs->graph.edges[at->first_edge + walk->taken[end]];

	return walk->hangs->told_by[to] != 0 ||
	       (hang_thread(walk->hangs, to)->is_ended && edge->reason == WAIT_HOLDS);
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
		if (hang->closer == WAIT_NOBODY && is_closing(hangs, walk->path[0]))
			hang->closer = walk->path[0];
		for (size_t i = 0; i < walk->length; i++)
			hangs->told_by[walk->path[i]] = told_by;
		return 0;
	}
	error = add_path(walk, 0, HANG_HOLDER_GONE, &hang);
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

/* Who closes comes first, then who waits for a lock. */
static int find_dead_ends(struct walk *walk)
{
	struct hangs *hangs = walk->hangs;
	int error = 0;

	for (int closing = 1; closing >= 0; closing--)
		for (size_t i = 0; i < hangs->graph.thread_count && error == 0; i++) {
			if (hangs->told_by[i] != 0 || !hang_is_old(hangs, i) ||
			    is_closing(hangs, i) != (closing != 0) ||
			    (!closing && !wait_is_for_lock(hang_thread(hangs, i)->wait)))
				continue;
			memset(walk->state, NEW, hangs->graph.thread_count);
			walk->length = 0;
			error = find_dead_end_from(walk, i);
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
	return error != 0 ? error : find_dead_ends(walk);
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
	hangs->told_by = calloc(count, sizeof(size_t));
	walk.state = calloc(count, 1);
	walk.path = calloc(count, sizeof(size_t));
	walk.taken = calloc(count, sizeof(size_t));
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
