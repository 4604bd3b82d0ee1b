/* SPDX-License-Identifier: Apache-2.0 */
#include "thread_calls.h"

#include <errno.h>
#include <stdlib.h>

#include "traced.h"

#define DETACHED_OF_GLIBC                                                                          \
	8 /* struct pthread_attr: behind a sched_param and a policy; its bit 0                     \
	   */
#define DETACHED_OF_MUSL 24

enum { TERM_MADE, TERM_START, TERM_DETACHED }; /* of what makes threads */
enum { TERM_THREAD, TERM_RESULT };	       /* of what ends them */

#define MAKES(name, arg, attributes)                                                               \
	{                                                                                          \
		.symbol = #name, .call = TRACK_CALL_##name, .makes = true, .start_arg = (arg),     \
		.has_attributes = (attributes)                                                     \
	}
#define ENDS(name)                                                                                 \
	{                                                                                          \
		.symbol = #name, .call = TRACK_CALL_##name                                         \
	}

/* clang-format off */
const struct thread_call thread_calls[] = {
	MAKES(pthread_create, 2, true),
	MAKES(thrd_create, 1, false),
	ENDS(pthread_join),
	ENDS(pthread_tryjoin_np),
	ENDS(pthread_timedjoin_np),
	ENDS(pthread_clockjoin_np),
	ENDS(pthread_detach),
	ENDS(thrd_join),
	ENDS(thrd_detach),
};
/* clang-format on */
const size_t thread_call_count = sizeof(thread_calls) / sizeof(thread_calls[0]);

/* The outermost call that a thread is in: libc's own calls of the others are no others. */
struct wait {
	const struct thread_call *call;
	uint64_t sp;
	uint64_t subject;
};

static struct wait *wait_of(const struct thread_waits *waits, uint32_t tid)
{
	const uint64_t *found = u64map_get(&waits->by_tid, tid);

	return found ? (struct wait *)(uintptr_t)*found : NULL;
}

static void forget(struct thread_waits *waits, uint32_t tid)
{
	struct wait *wait = wait_of(waits, tid);

	if (wait)
		u64map_remove(&waits->by_tid, tid);
	free(wait);
}

void thread_waits_finish(struct thread_waits *waits)
{
	uint64_t tid, wait;
	size_t cursor = 0;

	while (u64map_next(&waits->by_tid, &cursor, &tid, &wait))
		free((void *)(uintptr_t)wait);
	u64map_finish(&waits->by_tid);
}

static struct probe_term argument(uint8_t number)
{
	return (struct probe_term){.root = PROBE_ROOT_ARG, .number = number};
}

void thread_call_row(const struct thread_call *call, bool musl, struct probe_row *ret_row)
{
	struct probe_row row = {.flags = PROBE_ROW_TELL_ENTRY | PROBE_ROW_TELL_RETURN |
					 PROBE_ROW_STACK_ENTRY};
	const struct probe_term result = {.root = PROBE_ROOT_RETURN,
					  .flags = PROBE_TERM_INT | PROBE_TERM_AT_RETURN};

	row.terms[row.term_count++] = argument(0);
	if (!call->makes) {
		row.terms[row.term_count++] = result;
	} else {
		row.terms[row.term_count++] = argument(call->start_arg);
		if (call->has_attributes) {
			struct probe_term detached = argument(1);

			detached.flags = PROBE_TERM_INT;
			detached.step_count = 1;
			detached.steps[0] = musl ? DETACHED_OF_MUSL : DETACHED_OF_GLIBC;
			row.terms[row.term_count++] = detached;
		}
	}
	*ret_row = row;
}

static void undo(const struct wait *wait, struct traced *traced, uint32_t tid, uint64_t time_ns,
		 int error)
{
	traced_emit(traced, tid, time_ns, TRACK_OP_UNDO, TRACK_KIND_THREAD, wait->call->call,
		    wait->subject, 0, (uint64_t)error, NULL, 0);
}

void thread_call_cancelled(struct thread_waits *waits, struct traced *traced, uint32_t tid,
			   uint64_t time_ns)
{
	const struct wait *wait = wait_of(waits, tid);

	if (wait && wait->call->makes)
		threads_unexpect(traced, tid);
	else if (wait)
		undo(wait, traced, tid, time_ns, ECANCELED);
	forget(waits, tid);
}

static bool is_known(const struct probe_function *event, unsigned term)
{
	return !(event->failed >> term & 1);
}

static void expect(const struct thread_call *call, struct traced *traced,
		   const struct probe_function *event)
{
	bool is_detached = call->has_attributes && is_known(event, TERM_DETACHED) &&
			   event->values[TERM_DETACHED] & 1;
	const struct thread_expected expected = {
		.start_routine = is_known(event, TERM_START) ? event->values[TERM_START] : 0,
		.stack = traced_stack(traced, &event->head),
		.call = call->call,
		.detached = is_detached,
	};

	threads_expect(traced, event->head.tid, &expected);
}

int thread_call_enter(const struct thread_call *call, struct thread_waits *waits,
		      struct traced *traced, const struct probe_function *event)
{
	const struct probe_head *head = &event->head;
	const struct wait *outer = wait_of(waits, head->tid);
	struct wait *wait;

	if (outer && outer->sp > event->sp)
		return 0;
	if (outer) /* it was left, and never returned */
		thread_call_cancelled(waits, traced, head->tid, head->time_ns);
	wait = malloc(sizeof(*wait));
	if (!wait || u64map_put(&waits->by_tid, head->tid, (uintptr_t)wait) < 0) {
		free(wait);
		return -ENOMEM;
	}
	*wait = (struct wait){.call = call,
			      .sp = event->sp,
			      .subject = is_known(event, TERM_THREAD) ? event->values[TERM_THREAD]
								      : 0};
	if (call->makes)
		expect(call, traced, event);
	else
		traced_emit(traced, head->tid, head->time_ns, TRACK_OP_DESTROY, TRACK_KIND_THREAD,
			    call->call, wait->subject, traced_stack(traced, head), 0, NULL, 0);
	return 0;
}

void thread_call_return(const struct thread_call *call, struct thread_waits *waits,
			struct traced *traced, const struct probe_function *event)
{
	const struct probe_head *head = &event->head;
	const struct wait *wait = wait_of(waits, head->tid);

	if (!wait || wait->sp != event->sp || wait->call != call)
		return;
	if (call->makes)
		threads_unexpect(traced, head->tid);
	else if (is_known(event, TERM_RESULT) && event->values[TERM_RESULT])
		undo(wait, traced, head->tid, head->time_ns, (int)event->values[TERM_RESULT]);
	forget(waits, head->tid);
}
