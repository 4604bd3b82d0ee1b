/* SPDX-License-Identifier: Apache-2.0 */
/* Programs with locks and waits, which look at what the library says of them. */
#include "host.h"
#include "host_standings.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t semaphore, never_posted;
static pthread_barrier_t barrier;

/* Nested, in another order, again, tried, more than there is room for. */
static int holds_locks(void)
{
	static pthread_mutex_t many[TRACK_HELD_MAX + 10];
	pthread_mutex_lock(&mutex);
	pthread_mutex_lock(&recursive);
	pthread_mutex_lock(&recursive);
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_rdlock(&rwlock);
	host_check(!pthread_mutex_trylock(&other), "trylock");
	struct track_standing standing = standing_mine();
	standing_holds(&standing, 0, &mutex, TRACK_WAIT_MUTEX, 1);
	standing_holds(&standing, 1, &recursive, TRACK_WAIT_MUTEX, 2);
	standing_holds(&standing, 2, &rwlock, TRACK_WAIT_READ, 2);
	standing_holds(&standing, 3, &other, TRACK_WAIT_MUTEX, 1);
	pthread_mutex_unlock(&mutex);
	pthread_mutex_unlock(&recursive);
	standing = standing_mine();
	standing_holds(&standing, 0, &recursive, TRACK_WAIT_MUTEX, 1);
	standing_holds(&standing, 2, &other, TRACK_WAIT_MUTEX, 1);
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_unlock(&recursive);
	pthread_mutex_unlock(&other);
	standing_is_free();

	int count = (int)(sizeof(many) / sizeof(*many));
	for (int i = 0; i < count; i++) {
		pthread_mutex_init(&many[i], NULL);
		pthread_mutex_lock(&many[i]);
	}
	standing = standing_mine();
	host_check(standing.held_count == (uint32_t)count, "so many are not counted");
	for (int i = 0; i < count; i++)
		pthread_mutex_unlock(&many[i]);
	standing_is_free();
	pthread_rwlock_wrlock(&rwlock);
	standing = standing_mine();
	standing_holds(&standing, 0, &rwlock, TRACK_WAIT_WRITE, 1);
	pthread_rwlock_unlock(&rwlock);
	host_account();
	return 0;
}

/* Threads that wait, each for something else. The first four for what the main thread holds. */
struct waiter {
	enum track_wait wait;
	bool timed;
	const void *subject;
	void (*act)(void);
	pthread_t thread;
	uint32_t tid; /* atomic */
};

static struct timespec in_an_hour(clockid_t clock)
{
	struct timespec until;
	clock_gettime(clock, &until);
	until.tv_sec += 3600;
	return until;
}

static void wait_mutex(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void wait_mutex_timed(void)
{
	struct timespec until = in_an_hour(CLOCK_MONOTONIC);
	pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until);
	pthread_mutex_unlock(&mutex);
}

static void wait_read(void)
{
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
}

static void wait_write(void)
{
	struct timespec until = in_an_hour(CLOCK_REALTIME);
	pthread_rwlock_timedwrlock(&rwlock, &until);
	pthread_rwlock_unlock(&rwlock);
}

static bool condition_met;

static void wait_condition(void)
{
	pthread_mutex_lock(&other);
	while (!condition_met)
		pthread_cond_wait(&condition, &other);
	struct track_standing standing = standing_mine();
	standing_holds(&standing, 0, &other, TRACK_WAIT_MUTEX, 1);
	pthread_mutex_unlock(&other);
}

static void wait_semaphore(void)
{
	errno = ENOTTY;
	sem_wait(&semaphore);
	host_check(errno == ENOTTY, "errno");
}

static void wait_barrier(void)
{
	pthread_barrier_wait(&barrier);
}

static pthread_t joined;

static void wait_thread(void)
{
	pthread_join(joined, NULL);
}

static struct waiter waiters[] = {
	{TRACK_WAIT_MUTEX, false, &mutex, wait_mutex, 0, 0},
	{TRACK_WAIT_MUTEX, true, &mutex, wait_mutex_timed, 0, 0},
	{TRACK_WAIT_READ, false, &rwlock, wait_read, 0, 0},
	{TRACK_WAIT_WRITE, true, &rwlock, wait_write, 0, 0},
	{TRACK_WAIT_CONDITION, false, &condition, wait_condition, 0, 0},
	{TRACK_WAIT_SEMAPHORE, false, &semaphore, wait_semaphore, 0, 0},
	{TRACK_WAIT_BARRIER, false, &barrier, wait_barrier, 0, 0},
	{TRACK_WAIT_THREAD, false, NULL, wait_thread, 0, 0},
};
#define WAITERS ((int)(sizeof(waiters) / sizeof(*waiters)))

static void *wait_and_leave(void *what)
{
	struct waiter *waiter = what;
	__atomic_store_n(&waiter->tid, standing_tid(), __ATOMIC_RELEASE);
	waiter->act();
	standing_is_free();
	return NULL;
}

static void check_waiter(const struct waiter *waiter)
{
	struct track_standing standing = standing_await(&waiter->tid, waiter->wait);
	uint64_t subject = waiter->subject ? (uintptr_t)waiter->subject : (uint64_t)joined;
	host_check(standing.subject == subject && standing.since_ns && standing.stack &&
			   standing.call && !standing.held_count &&
			   !!(standing.flags & TRACK_STANDING_TIMED) == waiter->timed,
		   "a wait is told wrongly");
	if (waiter->wait == TRACK_WAIT_CONDITION)
		host_check(standing.other == (uintptr_t)&other, "the condition's mutex");
}

static int waits_for_all(void)
{
	sem_init(&semaphore, 0, 0);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_mutex_lock(&mutex);
	pthread_rwlock_wrlock(&rwlock);
	for (int i = 0; i < WAITERS; i++) {
		joined = waiters[0].thread;
		host_check(!pthread_create(&waiters[i].thread, NULL, wait_and_leave, &waiters[i]),
			   "no thread");
		check_waiter(&waiters[i]);
	}
	pthread_mutex_unlock(&mutex);
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_lock(&other);
	condition_met = true;
	pthread_cond_broadcast(&condition);
	pthread_mutex_unlock(&other);
	sem_post(&semaphore);
	pthread_barrier_wait(&barrier);
	for (int i = 1; i < WAITERS; i++)
		pthread_join(waiters[i].thread, NULL);
	standing_is_free();
	host_account();
	return 0;
}

/* Cancelled in the middle: the mutex is held while cleanup handlers run, and nothing after. */
static void give_mutex_back(void *held)
{
	struct track_standing standing = standing_mine();
	standing_holds(&standing, 0, held, TRACK_WAIT_MUTEX, 1);
	host_check(!standing.wait, "it waits after its cancellation");
	pthread_mutex_unlock(held);
	standing_is_free();
}

static void check_after(void *unused)
{
	(void)unused;
	standing_is_free();
}

static uint32_t cancelled_tid;

static void *cancelled_in_condition(void *unused)
{
	pthread_mutex_lock(&other);
	pthread_cleanup_push(give_mutex_back, &other);
	cancelled_tid = standing_tid();
	for (;;)
		pthread_cond_wait(&condition, &other);
	pthread_cleanup_pop(0);
	return unused;
}

static void *cancelled_in_semaphore(void *unused)
{
	pthread_cleanup_push(check_after, NULL);
	cancelled_tid = standing_tid();
	sem_wait(&never_posted);
	pthread_cleanup_pop(0);
	return unused;
}

/* There is no need to wait, and so libc would still act on it. */
static void *cancelled_before(void *unused)
{
	int old;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	pthread_cancel(pthread_self());
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
	sem_post(&semaphore);
	sem_wait(&semaphore);
	return unused;
}

static int is_cancelled(void)
{
	static const struct {
		enum track_wait wait;
		void *(*start)(void *);
	} cases[] = {{TRACK_WAIT_CONDITION, cancelled_in_condition},
		     {TRACK_WAIT_SEMAPHORE, cancelled_in_semaphore},
		     {TRACK_WAIT_NONE, cancelled_before}};
	sem_init(&semaphore, 0, 0);
	sem_init(&never_posted, 0, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		pthread_t thread;
		void *result;
		cancelled_tid = 0;
		host_check(!pthread_create(&thread, NULL, cases[i].start, NULL), "no thread");
		if (cases[i].wait)
			standing_await(&cancelled_tid, cases[i].wait);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		host_check(result == PTHREAD_CANCELED, "it was not cancelled");
	}
	host_account();
	return 0;
}

static pthread_mutex_t made(int type, int robust, int protocol)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t lock;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robust);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	host_check(!pthread_mutex_init(&lock, &attributes), "no such mutex");
	return lock;
}

static uint32_t tid_of_the_dead;

static void *lock_and_leave(void *lock)
{
	tid_of_the_dead = standing_tid();
	pthread_mutex_lock(lock);
	return NULL;
}

static void *give_back(void *lock)
{
	pthread_mutex_unlock(lock);
	return NULL;
}

static void *is_refused(void *lock)
{
	const struct timespec past = {0, 1};
	host_check(pthread_mutex_lock(lock) == ENOTRECOVERABLE, "lost for another too");
	host_check(pthread_mutex_timedlock(lock, &past) == ENOTRECOVERABLE, "and with a time");
	return NULL;
}

/* Each kind says what it says alone. */
static int kinds_of_locks(void)
{
	pthread_mutex_t checking =
		made(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	host_check(pthread_mutex_unlock(&checking) == EPERM, "EPERM");
	standing_is_free();
	host_check(!pthread_mutex_lock(&checking), "errorcheck");
	host_check(pthread_mutex_lock(&checking) == EDEADLK, "EDEADLK");
	struct track_standing standing = standing_mine();
	standing_holds(&standing, 0, &checking, TRACK_WAIT_MUTEX, 1);
	host_check(standing.held_count == 1 && !standing.wait, "EDEADLK took it");
	pthread_mutex_unlock(&checking);

	pthread_mutex_t robust =
		made(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
	by_another(lock_and_leave, &robust);
	host_check(pthread_mutex_lock(&robust) == EOWNERDEAD, "EOWNERDEAD");
	standing = standing_mine();
	standing_holds(&standing, 0, &robust, TRACK_WAIT_MUTEX, 1);
	host_check(!standing_of(tid_of_the_dead).held_count ||
			   !standing_of(tid_of_the_dead).held[0].lock,
		   "the dead holds it still");
	pthread_mutex_unlock(&robust); /* not made consistent */
	host_check(pthread_mutex_lock(&robust) == ENOTRECOVERABLE, "ENOTRECOVERABLE");
	by_another(is_refused, &robust);
	standing_is_free();

	pthread_mutex_t inheriting =
		made(PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT);
	host_check(!pthread_mutex_lock(&inheriting) && !pthread_mutex_unlock(&inheriting), "PI");
	pthread_rwlock_wrlock(&rwlock);
	host_check(pthread_rwlock_rdlock(&rwlock) == EDEADLK, "EDEADLK of a rwlock");
	pthread_rwlock_unlock(&rwlock);

	const struct timespec invalid = {0, -1};
	host_check(!pthread_mutex_timedlock(&mutex, &invalid), "a time that is not looked at");
	pthread_mutex_unlock(&mutex);
	sem_init(&semaphore, 0, 1);
	host_check(sem_timedwait(&semaphore, &invalid) < 0 && errno == EINVAL, "EINVAL");
	pthread_mutex_lock(&mutex);
	by_another(give_back, &mutex);
	standing = standing_mine();
	host_check(!standing.held_count || !standing.held[0].lock, "what another gave back");
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	host_account();
	return 0;
}

static int c11_locks(void)
{
	mtx_t lock;
	cnd_t wake;
	struct timespec now;
	mtx_init(&lock, mtx_timed | mtx_recursive);
	cnd_init(&wake);
	mtx_lock(&lock);
	host_check(mtx_trylock(&lock) == thrd_success, "mtx_trylock");
	struct track_standing standing = standing_mine();
	standing_holds(&standing, 0, &lock, TRACK_WAIT_MUTEX, 2);
	mtx_unlock(&lock);
	timespec_get(&now, TIME_UTC);
	host_check(cnd_timedwait(&wake, &lock, &now) == thrd_timedout, "cnd_timedwait");
	standing = standing_mine();
	standing_holds(&standing, 0, &lock, TRACK_WAIT_MUTEX, 1);
	mtx_unlock(&lock);
	standing_is_free();
	cnd_destroy(&wake);
	mtx_destroy(&lock);
	host_account();
	return 0;
}

static void *in_order(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_lock(&other);
	pthread_mutex_unlock(&other);
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void under_guard(pthread_mutex_t *guard)
{
	pthread_mutex_lock(guard);
	in_order(NULL);
	pthread_mutex_unlock(guard);
}

static int orders_of_locks(void)
{
	pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER, tried;
	pthread_mutex_init(&tried, NULL);
	under_guard(&guard);
	host_check(!standing_order(&guard, &mutex).first, "the order of what may be another lock");
	pthread_mutex_init(&guard, NULL);
	under_guard(&guard);
	struct track_lock_order order = standing_order(&mutex, &other);
	host_check(order.first && __builtin_popcountll(order.guard) == 1 &&
			   order.tid == standing_tid() && !order.flags && order.first_caller &&
			   order.second_caller,
		   "an order under a guard");
	host_check(standing_order(&guard, &mutex).first, "the guard's own order");
	in_order(NULL);
	host_check(!standing_order(&mutex, &other).guard, "once without a guard");
	by_another(in_order, NULL);
	host_check(standing_order(&mutex, &other).flags == TRACK_LOCK_ORDER_MANY, "by others too");
	host_check(!standing_order(&other, &mutex).first, "an order that never was");

	pthread_mutex_lock(&mutex);
	pthread_mutex_trylock(&tried);
	pthread_mutex_unlock(&tried);
	pthread_mutex_unlock(&mutex);
	host_check(!standing_order(&mutex, &tried).first, "who tries, waits for nobody");
	host_check(!pthread_mutex_destroy(&other) && !pthread_mutex_init(&other, NULL), "renewed");
	pthread_mutex_lock(&other);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	pthread_mutex_unlock(&other);
	host_check(standing_order(&other, &mutex).first, "the order of the lock that came after");
	host_check(!standing_order(&mutex, &other).first, "the order of a lock that is gone");
	host_check(standing_order(&guard, &mutex).first, "another lock's order");

	sem_init(&semaphore, 0, 0);
	sem_post(&semaphore);
	sem_post(&semaphore);
	struct track_waker waker = standing_waker(&semaphore);
	host_check(waker.tid == standing_tid() && waker.count == 2 && waker.caller && waker.time_ns,
		   "who woke");
	sem_destroy(&semaphore);
	host_check(!standing_waker(&semaphore).subject, "who woke what is gone");
	host_account();
	return 0;
}

const struct host host_locks[] = {
	{"locks-held", holds_locks, "locks in every order, again, more than there is room for"},
	{"locks-waits", waits_for_all, "a thread for each thing to wait for"},
	{"locks-cancelled", is_cancelled, "waits that are cancelled"},
	{"locks-kinds", kinds_of_locks, "robust, checking, prioritised mutexes"},
	{"locks-c11", c11_locks, "locks of threads.h"},
	{"locks-orders", orders_of_locks, "which lock after which; who woke whom"},
	{0},
};
