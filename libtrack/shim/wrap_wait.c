/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers of what a thread waits for until another one wakes it: conditions, semaphores,
 * barriers. Some may be cancelled, and are unwound through: cleanup handlers put right where the
 * thread stands.
 */
#include "real.h"
#include "standing.h"
#include "wakers.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>
#include <time.h>

#define FRAME ((const uint64_t *)__builtin_frame_address(0))
#define CALLER __builtin_return_address(0)

/* Meanwhile the mutex is not held. */
struct condition_wait {
	struct standing_block block;
	const void *mutex;
	const uint64_t *frame;
	bool held;
};

static void condition_begins(struct condition_wait *waiting, struct writer *writer,
			     const struct standing_wait *wait, const uint64_t *frame)
{
	waiting->mutex = (const void *)wait->other;
	waiting->frame = frame;
	waiting->held = standing_drop(writer, waiting->mutex) != STANDING_UNKNOWN;
	standing_block(&waiting->block, writer, wait, frame);
}

static void condition_ends(void *what)
{
	const struct condition_wait *waiting = what;
	struct writer *writer = standing_writer();
	if (writer && waiting->held)
		standing_hold_now(writer, waiting->mutex, TRACK_WAIT_MUTEX, waiting->frame[1]);
	standing_unblock(&waiting->block);
}

#define CONDITION(function, condition, mutex, is_timed, ...)                                       \
	struct writer *writer = standing_writer();                                                 \
	if (unlikely(!writer))                                                                     \
		return REAL(function)(__VA_ARGS__);                                                \
	const struct standing_wait wait = {.wait = TRACK_WAIT_CONDITION,                           \
					   .call = TRACK_CALL_##function,                          \
					   .subject = (uintptr_t)(condition),                      \
					   .other = (uintptr_t)(mutex),                            \
					   .timed = is_timed};                                     \
	struct condition_wait waiting;                                                             \
	int ret;                                                                                   \
	condition_begins(&waiting, writer, &wait, FRAME);                                          \
	pthread_cleanup_push(condition_ends, &waiting);                                            \
	ret = REAL(function)(__VA_ARGS__);                                                         \
	pthread_cleanup_pop(1);                                                                    \
	return ret

#define WAKE(function, subject)                                                                    \
	const struct writer *writer = standing_writer();                                           \
	if (writer)                                                                                \
		waker_tell(writer, subject, CALLER);                                               \
	return REAL(function)(subject)

static void forget(const void *subject)
{
	if (standing_writer())
		waker_forget(subject);
}

#define RENEW(function, subject, ...)                                                              \
	int ret = REAL(function)(__VA_ARGS__);                                                     \
	if (!ret)                                                                                  \
		forget(subject);                                                                   \
	return ret

SHIM_EXPORT int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	CONDITION(pthread_cond_wait, condition, mutex, false, condition, mutex);
}

SHIM_EXPORT int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
				       const struct timespec *until)
{
	CONDITION(pthread_cond_timedwait, condition, mutex, true, condition, mutex, until);
}

SHIM_EXPORT int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
				       clockid_t clock, const struct timespec *until)
{
	CONDITION(pthread_cond_clockwait, condition, mutex, true, condition, mutex, clock, until);
}

SHIM_EXPORT int pthread_cond_signal(pthread_cond_t *condition)
{
	WAKE(pthread_cond_signal, condition);
}

SHIM_EXPORT int pthread_cond_broadcast(pthread_cond_t *condition)
{
	WAKE(pthread_cond_broadcast, condition);
}

SHIM_EXPORT int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
	RENEW(pthread_cond_init, condition, condition, attributes);
}

SHIM_EXPORT int pthread_cond_destroy(pthread_cond_t *condition)
{
	RENEW(pthread_cond_destroy, condition, condition);
}

SHIM_EXPORT int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
	CONDITION(cnd_wait, condition, mutex, false, condition, mutex);
}

SHIM_EXPORT int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex,
			      const struct timespec *restrict until)
{
	CONDITION(cnd_timedwait, condition, mutex, true, condition, mutex, until);
}

SHIM_EXPORT int cnd_signal(cnd_t *condition)
{
	WAKE(cnd_signal, condition);
}

SHIM_EXPORT int cnd_broadcast(cnd_t *condition)
{
	WAKE(cnd_broadcast, condition);
}

SHIM_EXPORT int cnd_init(cnd_t *condition)
{
	RENEW(cnd_init, condition, condition);
}

SHIM_EXPORT void cnd_destroy(cnd_t *condition)
{
	REAL(cnd_destroy)(condition);
	forget(condition);
}

static void wait_ends(void *block)
{
	standing_unblock(block);
}

static bool is_valid(const struct timespec *until)
{
	return until && until->tv_nsec >= 0 && until->tv_nsec < 1000000000;
}

/* 1: it is to be waited for. It acts on a cancellation even where it need not wait. */
static int semaphore_attempt(sem_t *semaphore)
{
	int saved = errno;
	LIBC(pthread_testcancel)();
	if (!LIBC(sem_trywait)(semaphore))
		return 0;
	if (errno != EAGAIN)
		return -1;
	errno = saved;
	return 1;
}

#define SEMAPHORE(function, semaphore, is_timed, is_tried, ...)                                    \
	struct writer *writer = standing_writer();                                                 \
	if (unlikely(!writer || !(is_tried)))                                                      \
		return REAL(function)(__VA_ARGS__);                                                \
	int ret = semaphore_attempt(semaphore);                                                    \
	if (ret <= 0)                                                                              \
		return ret;                                                                        \
	const struct standing_wait wait = {.wait = TRACK_WAIT_SEMAPHORE,                           \
					   .call = TRACK_CALL_##function,                          \
					   .subject = (uintptr_t)(semaphore),                      \
					   .timed = is_timed};                                     \
	struct standing_block block;                                                               \
	standing_block(&block, writer, &wait, FRAME);                                              \
	pthread_cleanup_push(wait_ends, &block);                                                   \
	ret = REAL(function)(__VA_ARGS__);                                                         \
	pthread_cleanup_pop(1);                                                                    \
	return ret

SHIM_EXPORT int sem_wait(sem_t *semaphore)
{
	SEMAPHORE(sem_wait, semaphore, false, true, semaphore);
}

SHIM_EXPORT int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
	SEMAPHORE(sem_timedwait, semaphore, true, is_valid(until), semaphore, until);
}

SHIM_EXPORT int sem_clockwait(sem_t *restrict semaphore, clockid_t clock,
			      const struct timespec *restrict until)
{
	SEMAPHORE(sem_clockwait, semaphore, true,
		  (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) && is_valid(until),
		  semaphore, clock, until);
}

SHIM_EXPORT int sem_post(sem_t *semaphore)
{
	WAKE(sem_post, semaphore);
}

SHIM_EXPORT int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	RENEW(sem_init, semaphore, semaphore, shared, value);
}

SHIM_EXPORT int sem_destroy(sem_t *semaphore)
{
	RENEW(sem_destroy, semaphore, semaphore);
}

SHIM_EXPORT int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	struct writer *writer = standing_writer();
	if (unlikely(!writer))
		return REAL(pthread_barrier_wait)(barrier);
	const struct standing_wait wait = {.wait = TRACK_WAIT_BARRIER,
					   .call = TRACK_CALL_pthread_barrier_wait,
					   .subject = (uintptr_t)barrier};
	struct standing_block block;
	standing_block(&block, writer, &wait, FRAME);
	int ret = REAL(pthread_barrier_wait)(barrier);
	standing_unblock(&block);
	return ret;
}
