/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_turn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char addresses_sql[] = "SELECT addresses FROM stack WHERE id = ?1";
static const char wakers_sql[] = "SELECT tid FROM waker WHERE process_id = ?1 AND subject = ?2";

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
bool hang_still_in(const struct hangs *hangs, const struct wait_thread *thread,
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

/* It waits where the other took the lock: the next to do what that does. */
static bool is_behind(const struct hangs *hangs, size_t thread, const struct wait_edge *edge)
{
	uint64_t *taking = NULL, *waiting = NULL;
	size_t taking_depth = 0, waiting_depth = 0;
	bool is_same = false;

	if (edge->reason != WAIT_HOLDS)
		return false;
	if (read_addresses(hangs->graph.trace, hangs->graph.held[edge->held].stack_id, &taking,
			   &taking_depth) == 0 &&
	    read_addresses(hangs->graph.trace, hang_thread(hangs, thread)->stack_id, &waiting,
			   &waiting_depth) == 0)
		for (size_t i = 0; i < waiting_depth && taking_depth > 0; i++)
			is_same |= waiting[i] == taking[0];
	free(taking);
	free(waiting);
	return is_same;
}

/* One that is not of the pool, and does not wait for that lock itself. */
static bool is_outside(const struct hangs *hangs, uint32_t tid, size_t last, uint64_t lock)
{
	const struct wait_process *process = wait_process_of(&hangs->graph, last);

	for (size_t i = process->first; i < process->first + process->count; i++) {
		const struct wait_thread *thread = hang_thread(hangs, i);

		if (thread->tid == tid &&
		    (i == last || wait_is_alike(&hangs->graph, i, last) ||
		     (thread->wait != TRACK_WAIT_NONE && wait_is_for_lock(thread->wait) &&
		      thread->subject == lock)))
			return false;
	}
	return true;
}

static bool is_woken_from_outside(const struct hangs *hangs, size_t last, uint64_t lock)
{
	const struct wait_thread *at = hang_thread(hangs, last);
	struct trace_query *query;
	bool outside = false;

	if (trace_query(hangs->graph.trace, wakers_sql, &query) != 0)
		return false;
	trace_query_bind_int(query, 1, at->process_id);
	trace_query_bind_int(query, 2, (int64_t)at->subject);
	while (!outside && trace_query_step(query) == 1)
		outside = is_outside(hangs, (uint32_t)trace_query_int(query, 0), last, lock);
	trace_query_destroy(query);
	return outside;
}

/* Work comes to it through that. */
static bool is_for_work(const struct hangs *hangs, size_t last, uint64_t lock)
{
	switch (hang_thread(hangs, last)->wait) {
	case TRACK_WAIT_DESCRIPTOR:
	case TRACK_WAIT_CHILD:
	case TRACK_WAIT_SIGNAL:
		return true;
	case TRACK_WAIT_CONDITION:
	case TRACK_WAIT_SEMAPHORE:
		return is_woken_from_outside(hangs, last, lock);
	case TRACK_WAIT_NONE:
	case TRACK_WAIT_MUTEX:
	case TRACK_WAIT_READ:
	case TRACK_WAIT_WRITE:
	case TRACK_WAIT_THREAD:
	case TRACK_WAIT_BARRIER:
	case TRACK_WAIT_FUTEX:
	case TRACK_WAIT__COUNT:
		break;
	}
	return false;
}

bool hang_in_turn(const struct hangs *hangs, const struct hang_turn *turn)
{
	bool behind = is_behind(hangs, turn->before, turn->edge);

	if (wait_is_alike(&hangs->graph, turn->head, turn->last))
		return behind ||
		       is_for_work(hangs, turn->last, hang_thread(hangs, turn->before)->subject);
	return behind && hang_thread(hangs, turn->last)->wait == TRACK_WAIT_DESCRIPTOR;
}
