/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers of locks. Each is tried first: only who has to wait is told of, with his stack. What is
 * taken is held; that costs some stores (standing.h).
 */
#include "real.h"
#include "standing.h"

#include <errno.h>
#include <pthread.h>
#include <threads.h>
#include <time.h>

#define FRAME ((const uint64_t *)__builtin_frame_address(0))

/* Whether libc tries the lock before it looks at the time. If not, so do we not. */
static bool is_tried_first(clockid_t clock, const struct timespec *until)
{
	return (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) && until &&
	       until->tv_nsec >= 0 && until->tv_nsec < 1000000000;
}

/* A robust lock whose owner died is held too. */
static inline bool is_taken(int result)
{
	return result == 0 || result == EOWNERDEAD;
}

/* Where the lock was not to be had. Never inlined, so that the fast path stays short. */
struct lock_wait {
	struct standing_wait wait;
	struct standing_block block;
	const uint64_t *frame;
};

static __attribute__((noinline)) void wait_begins(struct lock_wait *waiting, struct writer *writer)
{
	standing_block(&waiting->block, writer, &waiting->wait, waiting->frame);
}

static __attribute__((noinline)) void wait_ends(const struct lock_wait *waiting, int result)
{
	/* Not the writer of before: a handler may have forked meanwhile. */
	struct writer *writer = standing_writer();
	if (writer && is_taken(result))
		standing_hold(writer, (const void *)waiting->wait.subject, waiting->wait.wait,
			      waiting->frame[1], true);
	standing_unblock(&waiting->block);
}

/* busy: what attempt yields if the lock is not to be had. */
#define LOCK(function, lock, mode, is_timed, attempt, busy, ...)                                   \
	struct writer *writer = standing_writer();                                                 \
	if (unlikely(!writer))                                                                     \
		return REAL(function)(__VA_ARGS__);                                                \
	int ret = attempt;                                                                         \
	if (unlikely(ret == (busy))) {                                                             \
		struct lock_wait waiting = {.wait = {.wait = TRACK_WAIT_##mode,                    \
						     .call = TRACK_CALL_##function,                \
						     .subject = (uintptr_t)(lock),                 \
						     .timed = is_timed},                           \
					    .frame = FRAME};                                       \
		wait_begins(&waiting, writer);                                                     \
		ret = REAL(function)(__VA_ARGS__);                                                 \
		wait_ends(&waiting, ret);                                                          \
	} else if (likely(is_taken(ret))) {                                                        \
		standing_hold(writer, lock, TRACK_WAIT_##mode, FRAME[1], true);                    \
	}                                                                                          \
	return ret

#define LOCK_UNTIL(function, lock, mode, clock, until, try, ...)                                   \
	LOCK(function, lock, mode, true, is_tried_first(clock, until) ? REAL(try)(lock) : EBUSY,   \
	     EBUSY, __VA_ARGS__)

/* Who only tries waits for nobody, so that the order does not count. */
#define TRY(function, lock, mode)                                                                  \
	int ret = REAL(function)(lock);                                                            \
	struct writer *writer = standing_writer();                                                 \
	if (writer && is_taken(ret))                                                               \
		standing_hold(writer, lock, TRACK_WAIT_##mode,                                     \
			      (uintptr_t)__builtin_return_address(0), false);                      \
	return ret

#define UNLOCK(function, lock)                                                                     \
	struct writer *writer = standing_writer();                                                 \
	if (unlikely(!writer))                                                                     \
		return REAL(function)(lock);                                                       \
	enum standing_dropped dropped = standing_drop(writer, lock);                               \
	int ret = REAL(function)(lock);                                                            \
	if (unlikely(ret))                                                                         \
		standing_undrop(writer, lock, dropped);                                            \
	return ret

/* Another lock begins at an address, or one ends. */
#define RENEW(function, lock, ...)                                                                 \
	int ret = REAL(function)(__VA_ARGS__);                                                     \
	if (!ret)                                                                                  \
		standing_forget(standing_writer(), lock);                                          \
	return ret

SHIM_EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	LOCK(pthread_mutex_lock, mutex, MUTEX, false, REAL(pthread_mutex_trylock)(mutex), EBUSY,
	     mutex);
}

SHIM_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
	LOCK_UNTIL(pthread_mutex_timedlock, mutex, MUTEX, CLOCK_REALTIME, until,
		   pthread_mutex_trylock, mutex, until);
}

SHIM_EXPORT int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
					const struct timespec *until)
{
	LOCK_UNTIL(pthread_mutex_clocklock, mutex, MUTEX, clock, until, pthread_mutex_trylock,
		   mutex, clock, until);
}

SHIM_EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	TRY(pthread_mutex_trylock, mutex, MUTEX);
}

SHIM_EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	UNLOCK(pthread_mutex_unlock, mutex);
}

SHIM_EXPORT int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	RENEW(pthread_mutex_init, mutex, mutex, attributes);
}

SHIM_EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	RENEW(pthread_mutex_destroy, mutex, mutex);
}

SHIM_EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	LOCK(pthread_rwlock_rdlock, lock, READ, false, REAL(pthread_rwlock_tryrdlock)(lock), EBUSY,
	     lock);
}

SHIM_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *until)
{
	LOCK_UNTIL(pthread_rwlock_timedrdlock, lock, READ, CLOCK_REALTIME, until,
		   pthread_rwlock_tryrdlock, lock, until);
}

SHIM_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock,
					   const struct timespec *until)
{
	LOCK_UNTIL(pthread_rwlock_clockrdlock, lock, READ, clock, until, pthread_rwlock_tryrdlock,
		   lock, clock, until);
}

SHIM_EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	TRY(pthread_rwlock_tryrdlock, lock, READ);
}

SHIM_EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	LOCK(pthread_rwlock_wrlock, lock, WRITE, false, REAL(pthread_rwlock_trywrlock)(lock), EBUSY,
	     lock);
}

SHIM_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *until)
{
	LOCK_UNTIL(pthread_rwlock_timedwrlock, lock, WRITE, CLOCK_REALTIME, until,
		   pthread_rwlock_trywrlock, lock, until);
}

SHIM_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock,
					   const struct timespec *until)
{
	LOCK_UNTIL(pthread_rwlock_clockwrlock, lock, WRITE, clock, until, pthread_rwlock_trywrlock,
		   lock, clock, until);
}

SHIM_EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	TRY(pthread_rwlock_trywrlock, lock, WRITE);
}

SHIM_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	UNLOCK(pthread_rwlock_unlock, lock);
}

SHIM_EXPORT int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
	RENEW(pthread_rwlock_init, lock, lock, attributes);
}

SHIM_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	RENEW(pthread_rwlock_destroy, lock, lock);
}

/* C11's: libc locks them by calls of its own. */
SHIM_EXPORT int mtx_lock(mtx_t *mutex)
{
	LOCK(mtx_lock, mutex, MUTEX, false, REAL(mtx_trylock)(mutex), thrd_busy, mutex);
}

SHIM_EXPORT int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict until)
{
	LOCK(mtx_timedlock, mutex, MUTEX, true,
	     is_tried_first(CLOCK_REALTIME, until) ? REAL(mtx_trylock)(mutex) : thrd_busy,
	     thrd_busy, mutex, until);
}

SHIM_EXPORT int mtx_trylock(mtx_t *mutex)
{
	TRY(mtx_trylock, mutex, MUTEX);
}

SHIM_EXPORT int mtx_unlock(mtx_t *mutex)
{
	UNLOCK(mtx_unlock, mutex);
}

SHIM_EXPORT int mtx_init(mtx_t *mutex, int type)
{
	RENEW(mtx_init, mutex, mutex, type);
}

SHIM_EXPORT void mtx_destroy(mtx_t *mutex)
{
	REAL(mtx_destroy)(mutex);
	standing_forget(standing_writer(), mutex);
}
