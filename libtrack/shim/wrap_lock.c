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

static inline void take(struct writer *writer, const void *lock, enum track_wait mode,
			uint64_t caller, bool awaited, int result)
{
	if (unlikely(result == EOWNERDEAD))
		standing_inherit(writer, lock);
	standing_hold(writer, lock, mode, caller, awaited);
}

/* Where the lock was not to be had. */
struct lock_wait {
	struct standing_wait wait;
	struct standing_block block;
	const uint64_t *frame;
};

static void wait_begins(struct lock_wait *waiting, struct writer *writer)
{
	standing_block(&waiting->block, writer, &waiting->wait, waiting->frame);
}

static void wait_ends(const struct lock_wait *waiting, int result)
{
	/* Not the writer of before: a handler may have forked meanwhile. */
	struct writer *writer = standing_writer();
	if (writer && result == EOWNERDEAD)
		standing_inherit(writer, (const void *)waiting->wait.subject);
	if (writer && is_taken(result))
		standing_hold_now(writer, (const void *)waiting->wait.subject, waiting->wait.wait,
				  waiting->frame[1]);
	standing_unblock(&waiting->block);
}

/*
 * A lock is tried; busy: what that yields where it is not to be had. Then comes a function of its
 * own, so that the wrapper needs little else.
 */
#define LOCK(function, mode, is_timed, attempt, busy, parameters, arguments)                       \
	static __attribute__((noinline)) int function##_waits parameters                           \
	{                                                                                          \
		const uint64_t *frame = *(const uint64_t **)__builtin_frame_address(0);            \
		struct lock_wait waiting = {.wait = {.wait = TRACK_WAIT_##mode,                    \
						     .call = TRACK_CALL_##function,                \
						     .subject = (uintptr_t)lock,                   \
						     .timed = is_timed},                           \
					    .frame = frame};                                       \
		wait_begins(&waiting, standing_writer());                                          \
		int ret = REAL(function) arguments;                                                \
		wait_ends(&waiting, ret);                                                          \
		return ret;                                                                        \
	}                                                                                          \
	SHIM_EXPORT int function parameters                                                        \
	{                                                                                          \
		struct writer *writer = standing_writer();                                         \
		if (unlikely(!writer))                                                             \
			return REAL(function) arguments;                                           \
		int ret = attempt;                                                                 \
		if (unlikely(ret == (busy)))                                                       \
			return function##_waits arguments;                                         \
		if (likely(is_taken(ret)))                                                         \
			take(writer, lock, TRACK_WAIT_##mode, FRAME[1], true, ret);                \
		return ret;                                                                        \
	}

#define UNTIL(clock, try, busy) is_tried_first(clock, until) ? REAL(try)(lock) : (busy)

#define ROBUST 16 /* in libc's kind of a mutex */

/*
 * One that can be recovered no more: who tries it has libc keep it, and the next one, whom the real
 * call would refuse, waits for ever. So a robust one is not tried.
 */
static inline bool is_robust(const pthread_mutex_t *lock)
{
	return __atomic_load_n(&lock->__data.__kind, __ATOMIC_RELAXED) & ROBUST;
}

static __attribute__((noinline)) int lock_if_free(pthread_mutex_t *lock)
{
	return __atomic_load_n(&lock->__data.__lock, __ATOMIC_RELAXED)
		       ? EBUSY
		       : REAL(pthread_mutex_lock)(lock);
}

/* Who only tries waits for nobody, so that the order does not count. */
#define TRY(function, type, mode)                                                                  \
	SHIM_EXPORT int function(type *lock)                                                       \
	{                                                                                          \
		int ret = REAL(function)(lock);                                                    \
		struct writer *writer = standing_writer();                                         \
		if (writer && is_taken(ret))                                                       \
			take(writer, lock, TRACK_WAIT_##mode, FRAME[1], false, ret);               \
		return ret;                                                                        \
	}

#define UNLOCK(function, type)                                                                     \
	SHIM_EXPORT int function(type *lock)                                                       \
	{                                                                                          \
		struct writer *writer = standing_writer();                                         \
		if (unlikely(!writer))                                                             \
			return REAL(function)(lock);                                               \
		enum standing_dropped dropped = standing_drop(writer, lock);                       \
		int ret = REAL(function)(lock);                                                    \
		if (unlikely(ret))                                                                 \
			standing_undrop(writer, lock, dropped);                                    \
		return ret;                                                                        \
	}

/* At an address another lock begins (renew), or one ends (forget). */
#define BECOMES(what, function, parameters, arguments)                                             \
	SHIM_EXPORT int function parameters                                                        \
	{                                                                                          \
		int ret = REAL(function) arguments;                                                \
		if (!ret)                                                                          \
			standing_##what(lock);                                                     \
		return ret;                                                                        \
	}

/* clang-format off */
LOCK(pthread_mutex_lock, MUTEX, false, unlikely(is_robust(lock)) ? lock_if_free(lock) : REAL(pthread_mutex_trylock)(lock), EBUSY,
     (pthread_mutex_t *lock), (lock))
LOCK(pthread_mutex_timedlock, MUTEX, true, is_robust(lock) ? EBUSY : UNTIL(CLOCK_REALTIME, pthread_mutex_trylock, EBUSY), EBUSY,
     (pthread_mutex_t *lock, const struct timespec *until), (lock, until))
LOCK(pthread_mutex_clocklock, MUTEX, true, is_robust(lock) ? EBUSY : UNTIL(clock, pthread_mutex_trylock, EBUSY), EBUSY,
     (pthread_mutex_t *lock, clockid_t clock, const struct timespec *until), (lock, clock, until))
TRY(pthread_mutex_trylock, pthread_mutex_t, MUTEX)
UNLOCK(pthread_mutex_unlock, pthread_mutex_t)
BECOMES(renew, pthread_mutex_init, (pthread_mutex_t *lock, const pthread_mutexattr_t *attributes), (lock, attributes))
BECOMES(forget, pthread_mutex_destroy, (pthread_mutex_t *lock), (lock))

LOCK(pthread_rwlock_rdlock, READ, false, REAL(pthread_rwlock_tryrdlock)(lock), EBUSY, (pthread_rwlock_t *lock), (lock))
LOCK(pthread_rwlock_timedrdlock, READ, true, UNTIL(CLOCK_REALTIME, pthread_rwlock_tryrdlock, EBUSY), EBUSY,
     (pthread_rwlock_t *lock, const struct timespec *until), (lock, until))
LOCK(pthread_rwlock_clockrdlock, READ, true, UNTIL(clock, pthread_rwlock_tryrdlock, EBUSY), EBUSY,
     (pthread_rwlock_t *lock, clockid_t clock, const struct timespec *until), (lock, clock, until))
TRY(pthread_rwlock_tryrdlock, pthread_rwlock_t, READ)
LOCK(pthread_rwlock_wrlock, WRITE, false, REAL(pthread_rwlock_trywrlock)(lock), EBUSY, (pthread_rwlock_t *lock), (lock))
LOCK(pthread_rwlock_timedwrlock, WRITE, true, UNTIL(CLOCK_REALTIME, pthread_rwlock_trywrlock, EBUSY), EBUSY,
     (pthread_rwlock_t *lock, const struct timespec *until), (lock, until))
LOCK(pthread_rwlock_clockwrlock, WRITE, true, UNTIL(clock, pthread_rwlock_trywrlock, EBUSY), EBUSY,
     (pthread_rwlock_t *lock, clockid_t clock, const struct timespec *until), (lock, clock, until))
TRY(pthread_rwlock_trywrlock, pthread_rwlock_t, WRITE)
UNLOCK(pthread_rwlock_unlock, pthread_rwlock_t)
BECOMES(renew, pthread_rwlock_init, (pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes), (lock, attributes))
BECOMES(forget, pthread_rwlock_destroy, (pthread_rwlock_t *lock), (lock))

/* C11's: libc locks them by calls of its own. */
LOCK(mtx_lock, MUTEX, false, REAL(mtx_trylock)(lock), thrd_busy, (mtx_t *lock), (lock))
LOCK(mtx_timedlock, MUTEX, true, UNTIL(CLOCK_REALTIME, mtx_trylock, thrd_busy), thrd_busy,
     (mtx_t *restrict lock, const struct timespec *restrict until), (lock, until))
TRY(mtx_trylock, mtx_t, MUTEX)
UNLOCK(mtx_unlock, mtx_t)
BECOMES(renew, mtx_init, (mtx_t *lock, int type), (lock, type))
/* clang-format on */

SHIM_EXPORT void mtx_destroy(mtx_t *lock)
{
	REAL(mtx_destroy)(lock);
	standing_forget(lock);
}
