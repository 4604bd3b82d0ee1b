/* SPDX-License-Identifier: Apache-2.0 */
#include "threads.h"
#include "seed.h"
#include "session.h"
#include "standings.h"

#include <stdlib.h>
#include <string.h>

void threads_free(struct threads *threads)
{
	size_t cursor = 0;
	uint64_t tid, value;
	while (u64map_next(&threads->expected, &cursor, &tid, &value))
		free((void *)(uintptr_t)value);
	u64map_finish(&threads->expected);
	u64map_finish(&threads->alive);
}

void threads_unexpect(struct traced *traced, uint32_t tid)
{
	const uint64_t *found = u64map_get(&traced->threads.expected, tid);
	if (!found)
		return;
	free((void *)(uintptr_t)*found);
	u64map_remove(&traced->threads.expected, tid);
}

void threads_expect(struct traced *traced, uint32_t tid, const struct thread_expected *expected)
{
	threads_unexpect(traced, tid);
	struct thread_expected *kept = malloc(sizeof(*kept));
	if (!kept)
		return;
	*kept = *expected;
	if (u64map_put(&traced->threads.expected, tid, (uintptr_t)kept))
		free(kept);
}

void threads_birth(struct traced *traced, const struct probe_fork *event)
{
	struct track_thread_birth birth = {.parent_tid = event->head.tid,
					   .flags = TRACK_THREAD_DETACHED};
	uint64_t stack = 0;
	enum track_call call = TRACK_CALL_none;
	const uint64_t *found = u64map_get(&traced->threads.expected, event->head.tid);
	if (found) {
		const struct thread_expected *expected =
			(const struct thread_expected *)(uintptr_t)*found;
		birth.start_routine = expected->start_routine;
		birth.flags = expected->detached ? TRACK_THREAD_DETACHED : 0;
		stack = expected->stack;
		call = expected->call;
		threads_unexpect(traced, event->head.tid);
	}
	if (!found && traced->hides_joins)
		traced_note(traced, TRACK_NOTE_JOINS_UNSEEN, 1);
	if (!stack)
		stack = traced_stack(traced, &event->head);
	(void)u64map_put(&traced->threads.alive, event->child_tid, event->thread_pointer);
	traced_emit(traced, event->child_tid, event->head.time_ns, TRACK_OP_CREATE,
		    TRACK_KIND_THREAD, call, event->thread_pointer, stack, 0, &birth,
		    sizeof(birth));
}

/*
 * A thread that its process takes along was ended by nobody. Of the others the subject is what
 * the thread was born with.
 */
void threads_end(struct traced *traced, const struct probe_thread_end *event)
{
	uint32_t tid = event->head.tid;
	const uint64_t *subject = u64map_get(&traced->threads.alive, tid);
	seed_thread_ended(traced, tid);
	if (!subject || traced->exiting || event->head.flags & PROBE_WITH_ALL)
		return;
	traced_emit(traced, tid, event->head.time_ns, TRACK_OP_DONE, TRACK_KIND_THREAD,
		    TRACK_CALL_none, *subject, 0, 0, NULL, 0);
	u64map_remove(&traced->threads.alive, tid);
	standings_thread_ended(traced, tid);
	const struct session_functions *functions = &traced->session->options.functions;
	if (functions->thread_ended)
		functions->thread_ended(functions->context, traced, tid, event->head.time_ns);
	descriptors_forget_thread(&traced->descriptors, tid);
	threads_unexpect(traced, tid);
}

void threads_rename(struct traced *traced, const struct probe_rename *event)
{
	size_t size = strnlen(event->name, sizeof(event->name));
	const uint64_t *subject = u64map_get(&traced->threads.alive, event->head.tid);
	traced_emit(traced, event->head.tid, event->head.time_ns, TRACK_OP_NAME, TRACK_KIND_THREAD,
		    TRACK_CALL_none, subject ? *subject : event->thread_pointer, 0,
		    TRACK_NAME_ARG(TRACK_NAME_TEXT, size), event->name, size);
}

void threads_found(struct traced *traced, uint32_t tid, uint64_t subject, uint64_t time_ns)
{
	const struct track_thread_birth birth = {.flags = TRACK_THREAD_DETACHED |
							  TRACK_THREAD_BEFORE};
	(void)u64map_put(&traced->threads.alive, tid, subject);
	traced_emit(traced, tid, time_ns, TRACK_OP_CREATE, TRACK_KIND_THREAD, TRACK_CALL_none,
		    subject, 0, 0, &birth, sizeof(birth));
}

void threads_census(struct traced *traced, uint32_t tid, uint64_t time_ns)
{
	size_t cursor = 0;
	uint64_t alive, subject;
	traced_emit(traced, tid, time_ns, TRACK_META_CENSUS, TRACK_KIND_THREAD, TRACK_CALL_none,
		    traced->tgid, 0, 0, NULL, 0);
	while (u64map_next(&traced->threads.alive, &cursor, &alive, &subject))
		traced_emit(traced, tid, time_ns, TRACK_META_CENSUS, TRACK_KIND_THREAD,
			    TRACK_CALL_none, alive, 0, 0, NULL, 0);
	traced_emit(traced, tid, time_ns, TRACK_META_CENSUS_END, TRACK_KIND_THREAD, TRACK_CALL_none,
		    0, 0, 0, NULL, 0);
}
