/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_world.h"

/*
 * Threads that live, and of which nobody knows where they stand; and processes that may share its
 * memory.
 */
static const char others_sql[] =
	"SELECT (SELECT count(*) FROM resource r WHERE r.process_id = ?1 AND r.kind = 'thread' "
	"AND r.inherited = 0 AND r.death_ns IS NULL AND coalesce(r.ending, '') <> 'done' "
	"AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.process_id = ?1 AND s.tid = r.tid)), "
	"(SELECT count(*) FROM process p WHERE p.parent_id = ?1 AND p.origin = 'fork' "
	"AND p.end <> 'exec' AND (p.end_ns IS NULL OR p.end_ns >= ?2))";

/* What it waits for is done by a thread of its own process only. */
static bool is_shut_in(const struct hangs *hangs, size_t thread)
{
	const struct wait_thread *at = hang_thread(hangs, thread);

	if (!hang_is_old(hangs, thread))
		return false;
	switch (at->wait) {
	case TRACK_WAIT_CONDITION:
	case TRACK_WAIT_SEMAPHORE:
	case TRACK_WAIT_BARRIER:
	case TRACK_WAIT_FUTEX:
		return true;
	case TRACK_WAIT_MUTEX:
	case TRACK_WAIT_READ:
	case TRACK_WAIT_WRITE:
	case TRACK_WAIT_THREAD:
		return at->edge_count > 0;
	case TRACK_WAIT_NONE:
	case TRACK_WAIT_DESCRIPTOR:
	case TRACK_WAIT_CHILD:
	case TRACK_WAIT_SIGNAL:
	case TRACK_WAIT__COUNT:
		break;
	}
	return false;
}

/* Beside those whose standings are known. */
struct others {
	bool threads, processes;
};

static int find_others(const struct hangs *hangs, const struct wait_process *process,
		       struct others *ret_others)
{
	struct trace_query *query;
	int more = trace_query(hangs->graph.trace, others_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, process->id);
	trace_query_bind_int(query, 2, (int64_t)hang_thread(hangs, process->first)->now_ns);
	more = trace_query_step(query);
	if (more == 1)
		*ret_others = (struct others){trace_query_int(query, 0) != 0,
					      trace_query_int(query, 1) != 0};
	trace_query_destroy(query);
	return more < 0 ? more : 0;
}

static int judge(struct hangs *hangs, struct wait_process *process)
{
	bool closed = !process->forked, first = false;
	struct others others = {true, true};
	int error = process->count > 0 ? find_others(hangs, process, &others) : 0;

	process->has_running = others.threads;
	for (size_t i = process->first; i < process->first + process->count; i++) {
		const struct wait_thread *at = hang_thread(hangs, i);

		first |= at->is_first;
		closed &= at->is_ended || is_shut_in(hangs, i);
		process->has_running |= at->wait == TRACK_WAIT_NONE && !at->is_ended;
		process->by_handler |= at->wait == TRACK_WAIT_SEMAPHORE && at->held_count == 0;
	}
	process->is_closed = closed && first && !others.threads && !others.processes;
	return error;
}

int hang_worlds_judge(struct hangs *hangs)
{
	int error = 0;

	for (size_t i = 0; i < hangs->graph.process_count && error == 0; i++)
		error = judge(hangs, &hangs->graph.processes[i]);
	return error;
}
