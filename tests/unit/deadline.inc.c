/* SPDX-License-Identifier: Apache-2.0 */
/* Until when a test waits at the most, by a clock that nobody sets. */
#ifndef UNIT_DEADLINE_INC_C
#define UNIT_DEADLINE_INC_C

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { AWAIT_MS = 60000 };

static inline struct timespec deadline_in(uint64_t ns)
{
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	ns += (uint64_t)when.tv_nsec;
	when.tv_sec += (time_t)(ns / 1000000000);
	when.tv_nsec = (long)(ns % 1000000000);
	return when;
}

static inline struct timespec deadline_in_ms(unsigned ms)
{
	return deadline_in(ms * 1000000ull);
}

static inline bool deadline_is_past(const struct timespec *deadline)
{
	struct timespec now = deadline_in(0);

	return now.tv_sec > deadline->tv_sec ||
	       (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

/* false: it did not come until then. */
static inline bool await_until(sem_t *event, const struct timespec *deadline)
{
	while (sem_clockwait(event, CLOCK_MONOTONIC, deadline))
		if (errno != EINTR)
			return false;
	return true;
}

static inline bool await_within(sem_t *event, unsigned ms)
{
	const struct timespec deadline = deadline_in_ms(ms);

	return await_until(event, &deadline);
}

/* As pthread_cond_timedwait. */
static inline int await_news(pthread_cond_t *news, pthread_mutex_t *lock,
			     const struct timespec *deadline)
{
	return pthread_cond_clockwait(news, lock, CLOCK_MONOTONIC, deadline);
}

/* A moment between two looks at what nobody tells. */
static inline void rest_ms(unsigned ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

#endif
