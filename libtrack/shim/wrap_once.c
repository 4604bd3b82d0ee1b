/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers of initialisers that run once: whoever runs one holds it, as a lock, and the others wait
 * for that. Two that come at the same moment are not told apart beforehand, so that the one who has
 * to wait then is not told of.
 */
#include "real.h"
#include "stack.h"
#include "standing.h"

#include <pthread.h>
#include <threads.h>

#define FRAME ((const uint64_t *)__builtin_frame_address(0))
#define RUNS 1 /* libc's states of one, in the low bits */
#define IS_DONE 2
#define STATES 3

struct once {
	void (*routine)(void);
	const void *flag;
	const uint64_t *frame;
	bool waits; /* as block says */
	struct standing_block block;
	struct once *outer;
};

/* Where an initialiser is left by an exception, it points to what is gone, and nobody looks. */
static SHIM_TLS struct once *current;

static void stop_waiting(struct once *once)
{
	if (once->waits)
		standing_unblock(&once->block);
	once->waits = false;
}

static void run_ends(void *flag)
{
	struct writer *writer = standing_writer();
	if (writer)
		standing_drop(writer, flag);
	stack_within(-1);
}

/* In place of the initialiser, by whoever is to run it. */
static void run(void)
{
	struct once *once = current;
	void *flag = (void *)once->flag;
	struct writer *writer = standing_writer();
	stop_waiting(once);
	if (writer) {
		/* Who left it by an exception gave it back unseen. */
		standing_forget(flag);
		standing_inherit(writer, flag);
		standing_hold(writer, flag, TRACK_WAIT_MUTEX, once->frame[1], false);
	}
	stack_within(1);
	pthread_cleanup_push(run_ends, flag);
	once->routine();
	pthread_cleanup_pop(1);
}

static void begin(struct once *once, enum track_call call, int state)
{
	const struct standing_wait wait = {
		.wait = TRACK_WAIT_MUTEX, .call = call, .subject = (uintptr_t)once->flag};
	once->outer = current;
	current = once;
	once->waits = (state & STATES) == RUNS;
	if (once->waits)
		standing_block(&once->block, standing_writer(), &wait, once->frame);
}

static void end(void *what)
{
	struct once *once = what;
	stop_waiting(once);
	current = once->outer;
}

static __attribute__((noinline)) int
pthread_once_begins(const uint64_t *frame, pthread_once_t *flag, void (*routine)(void), int state)
{
	struct once once = {.routine = routine, .flag = flag, .frame = frame};
	int ret;
	begin(&once, TRACK_CALL_pthread_once, state);
	pthread_cleanup_push(end, &once);
	ret = REAL(pthread_once)(flag, run);
	pthread_cleanup_pop(1);
	return ret;
}

static __attribute__((noinline)) void call_once_begins(const uint64_t *frame, once_flag *flag,
						       void (*routine)(void), int state)
{
	struct once once = {.routine = routine, .flag = flag, .frame = frame};
	begin(&once, TRACK_CALL_call_once, state);
	pthread_cleanup_push(end, &once);
	REAL(call_once)(flag, run);
	pthread_cleanup_pop(1);
}

_Static_assert(sizeof(once_flag) == sizeof(int) && sizeof(pthread_once_t) == sizeof(int), "libc's");

static int state_of(const void *flag)
{
	return __atomic_load_n((const int *)flag, __ATOMIC_ACQUIRE);
}

SHIM_EXPORT int pthread_once(pthread_once_t *flag, void (*routine)(void))
{
	int state = state_of(flag);
	if (likely(state == IS_DONE) || !standing_writer())
		return REAL(pthread_once)(flag, routine);
	return pthread_once_begins(FRAME, flag, routine, state);
}

SHIM_EXPORT void call_once(once_flag *flag, void (*routine)(void))
{
	int state = state_of(flag);
	if (likely(state == IS_DONE) || !standing_writer())
		REAL(call_once)(flag, routine);
	else
		call_once_begins(FRAME, flag, routine, state);
}
