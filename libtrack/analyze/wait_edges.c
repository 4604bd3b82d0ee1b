/* SPDX-License-Identifier: Apache-2.0 */
#include "wait_edges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One thread, while its edges are found. */
struct search {
	struct wait_graph *graph;
	const struct wait_process *process;
	size_t thread;
};

static struct wait_thread *self(const struct search *search)
{
	return &search->graph->threads[search->thread];
}

static int add(struct search *search, size_t to, enum wait_reason reason, size_t held)
{
	struct wait_graph *graph = search->graph;
	struct wait_edge *grown =
		reallocarray(graph->edges, graph->edge_count + 1, sizeof(*graph->edges));

	if (grown == NULL)
		return -ENOMEM;
	graph->edges = grown;
	grown[graph->edge_count++] = (struct wait_edge){to, reason, held};
	self(search)->edge_count++;
	return 0;
}

/* The last entry of that lock, if it is to be had by one only, or is held to read. */
static size_t find_held(const struct wait_graph *graph, const struct wait_thread *thread,
			uint64_t lock, bool to_read)
{
	for (size_t i = thread->held_count; i-- > 0;) {
		const struct wait_held *held = &graph->held[thread->first_held + i];

		if (held->lock == lock && (held->mode == TRACK_WAIT_READ) == to_read)
			return thread->first_held + i;
	}
	return WAIT_NOBODY;
}

static size_t count_holders(const struct search *search, uint64_t lock, bool to_read)
{
	size_t count = 0;

	for (size_t i = 0; i < search->process->count; i++)
		count += find_held(search->graph,
				   &search->graph->threads[search->process->first + i], lock,
				   to_read) != WAIT_NOBODY;
	return count;
}

/*
 * Who waits for a mutex that it took more than once did not have to wait before: others give it
 * back for it.
 */
static bool is_semaphore(const struct search *search, size_t to, size_t held)
{
	return to == search->thread && search->graph->held[held].depth > 1;
}

static int add_holders(struct search *search, uint64_t lock, bool to_read)
{
	int error = 0;

	for (size_t i = 0; i < search->process->count && error == 0; i++) {
		size_t to = search->process->first + i;
		size_t held = find_held(search->graph, &search->graph->threads[to], lock, to_read);

		if (held != WAIT_NOBODY && !is_semaphore(search, to, held))
			error = add(search, to, WAIT_HOLDS, held);
	}
	return error;
}

/* Readers let a writer go first, where the lock is made so: else they would not wait. */
static int add_writers(struct search *search, uint64_t lock)
{
	int error = 0;

	for (size_t i = 0; i < search->process->count && error == 0; i++) {
		size_t to = search->process->first + i;
		const struct wait_thread *thread = &search->graph->threads[to];

		if (thread->wait == TRACK_WAIT_WRITE && thread->subject == lock)
			error = add(search, to, WAIT_IS_NEXT, 0);
	}
	return error;
}

/*
 * What only one can have and two seem to hold was given back by another than who took it: a mutex
 * that is used as a semaphore. Then nobody is known to hold it.
 */
static int add_lock(struct search *search, uint64_t lock)
{
	size_t owners = count_holders(search, lock, false);
	int error;

	if (owners > 1)
		return 0;
	error = add_holders(search, lock, false);
	if (error == 0 && owners == 0 && self(search)->wait == TRACK_WAIT_READ)
		return add_writers(search, lock);
	if (error == 0 && owners == 0 && self(search)->wait == TRACK_WAIT_WRITE)
		return add_holders(search, lock, true);
	return error;
}

static int add_thread(struct search *search, int64_t thread_id)
{
	int error = 0;

	for (size_t i = 0; i < search->process->count && thread_id != 0 && error == 0; i++)
		if (search->graph->threads[search->process->first + i].thread_id == thread_id)
			error = add(search, search->process->first + i, WAIT_ENDS, 0);
	return error;
}

static bool is_inside(const struct wait_graph *graph, const struct wait_thread *thread, int64_t id)
{
	for (size_t i = 0; i < thread->call_count; i++)
		if (graph->calls[thread->first_call + i].resource_id == id)
			return true;
	return false;
}

static int add_told(struct search *search)
{
	const struct wait_thread *teller = self(search);
	int error = 0;

	if (strcmp(teller->told_kind, "thread") == 0)
		return add_thread(search, teller->told_id);
	if (strcmp(teller->told_kind, "lock") == 0)
		return count_holders(search, teller->told_subject, false) == 1
			       ? add_holders(search, teller->told_subject, false)
			       : 0;
	for (size_t i = 0; i < search->process->count && teller->told_id != 0 && error == 0; i++) {
		size_t to = search->process->first + i;

		/* Who closes a scope waits for the others that are in it. */
		if (to == search->thread && strcmp(teller->told_kind, "scope") == 0)
			continue;
		if (is_inside(search->graph, &search->graph->threads[to], teller->told_id) ||
		    (teller->told_tid != 0 && search->graph->threads[to].tid == teller->told_tid))
			error = add(search, to, WAIT_RUNS, 0);
	}
	return error;
}

/* Of what anybody may end, the program may say more. */
static int add_edges(struct search *search)
{
	const struct wait_thread *thread = self(search);

	switch (thread->wait) {
	case TRACK_WAIT_MUTEX:
	case TRACK_WAIT_READ:
	case TRACK_WAIT_WRITE:
		return add_lock(search, thread->subject);
	case TRACK_WAIT_THREAD:
		return add_thread(search, thread->target_id);
	case TRACK_WAIT_CONDITION:
		if (thread->is_woken)
			return add_lock(search, thread->other);
		return thread->told_kind != NULL ? add_told(search) : 0;
	case TRACK_WAIT_SEMAPHORE:
	case TRACK_WAIT_BARRIER:
	case TRACK_WAIT_DESCRIPTOR:
	case TRACK_WAIT_CHILD:
	case TRACK_WAIT_SIGNAL:
	case TRACK_WAIT_FUTEX:
		return thread->told_kind != NULL ? add_told(search) : 0;
	case TRACK_WAIT_NONE:
	case TRACK_WAIT__COUNT:
		break;
	}
	return 0;
}

int wait_edges_build(struct wait_graph *graph)
{
	int error = 0;

	for (size_t i = 0; i < graph->process_count; i++) {
		struct search search = {.graph = graph, .process = &graph->processes[i]};

		for (size_t j = 0; j < search.process->count && error == 0; j++) {
			search.thread = search.process->first + j;
			self(&search)->first_edge = graph->edge_count;
			error = add_edges(&search);
		}
	}
	return error;
}
