/* SPDX-License-Identifier: Apache-2.0 */
/* Programs with locks and waits. */
#include "standing.inc.c"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static void check_held(const struct track_standing *standing, uint32_t position, const void *lock,
		       enum track_wait mode, uint32_t depth)
{
	const struct track_held *held = &standing->held[position];
	host_check(position < standing->held_count && held->lock == (uintptr_t)lock &&
			   held->mode == mode && held->depth == depth && held->caller &&
			   held->since_ns,
		   "what is held is not told");
}

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
	struct track_standing standing = mine();
	check_held(&standing, 0, &mutex, TRACK_WAIT_MUTEX, 1);
	check_held(&standing, 1, &recursive, TRACK_WAIT_MUTEX, 2);
	check_held(&standing, 2, &rwlock, TRACK_WAIT_READ, 2);
	check_held(&standing, 3, &other, TRACK_WAIT_MUTEX, 1);
	pthread_mutex_unlock(&mutex);
	pthread_mutex_unlock(&recursive);
	standing = mine();
	check_held(&standing, 0, &recursive, TRACK_WAIT_MUTEX, 1);
	check_held(&standing, 2, &other, TRACK_WAIT_MUTEX, 1);
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	pthread_mutex_unlock(&recursive);
	pthread_mutex_unlock(&other);
	check_nothing_held();

	int count = (int)(sizeof(many) / sizeof(*many));
	for (int i = 0; i < count; i++) {
		pthread_mutex_init(&many[i], NULL);
		pthread_mutex_lock(&many[i]);
	}
	standing = mine();
	host_check(standing.held_count == (uint32_t)count, "so many are not counted");
	for (int i = 0; i < count; i++)
		pthread_mutex_unlock(&many[i]);
	check_nothing_held();
	pthread_rwlock_wrlock(&rwlock);
	standing = mine();
	check_held(&standing, 0, &rwlock, TRACK_WAIT_WRITE, 1);
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
	struct track_standing standing = mine();
	check_held(&standing, 0, &other, TRACK_WAIT_MUTEX, 1);
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
	__atomic_store_n(&waiter->tid, my_tid(), __ATOMIC_RELEASE);
	waiter->act();
	check_nothing_held();
	return NULL;
}

static void check_waiter(const struct waiter *waiter)
{
	struct track_standing standing = await_standing(&waiter->tid, waiter->wait);
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
	check_nothing_held();
	host_account();
	return 0;
}

/* Cancelled in the middle: the mutex is held while cleanup handlers run, and nothing after. */
static void give_mutex_back(void *held)
{
	struct track_standing standing = mine();
	check_held(&standing, 0, held, TRACK_WAIT_MUTEX, 1);
	host_check(!standing.wait, "it waits after its cancellation");
	pthread_mutex_unlock(held);
	check_nothing_held();
}

static void check_after(void *unused)
{
	(void)unused;
	check_nothing_held();
}

static uint32_t cancelled_tid;

static void *cancelled_in_condition(void *unused)
{
	pthread_mutex_lock(&other);
	pthread_cleanup_push(give_mutex_back, &other);
	cancelled_tid = my_tid();
	for (;;)
		pthread_cond_wait(&condition, &other);
	pthread_cleanup_pop(0);
	return unused;
}

static void *cancelled_in_semaphore(void *unused)
{
	pthread_cleanup_push(check_after, NULL);
	cancelled_tid = my_tid();
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
			await_standing(&cancelled_tid, cases[i].wait);
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

static void *lock_and_leave(void *lock)
{
	pthread_mutex_lock(lock);
	return NULL;
}

static void *give_back(void *lock)
{
	pthread_mutex_unlock(lock);
	return NULL;
}

static void by_another(void *(*act)(void *), pthread_mutex_t *lock)
{
	pthread_t thread;
	host_check(!pthread_create(&thread, NULL, act, lock), "no thread");
	pthread_join(thread, NULL);
}

/* Each kind says what it says alone. */
static int kinds_of_locks(void)
{
	pthread_mutex_t checking =
		made(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE);
	host_check(pthread_mutex_unlock(&checking) == EPERM, "EPERM");
	check_nothing_held();
	host_check(!pthread_mutex_lock(&checking), "errorcheck");
	host_check(pthread_mutex_lock(&checking) == EDEADLK, "EDEADLK");
	struct track_standing standing = mine();
	check_held(&standing, 0, &checking, TRACK_WAIT_MUTEX, 1);
	host_check(standing.held_count == 1 && !standing.wait, "EDEADLK took it");
	pthread_mutex_unlock(&checking);

	pthread_mutex_t robust =
		made(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE);
	by_another(lock_and_leave, &robust);
	host_check(pthread_mutex_lock(&robust) == EOWNERDEAD, "EOWNERDEAD");
	standing = mine();
	check_held(&standing, 0, &robust, TRACK_WAIT_MUTEX, 1);
	pthread_mutex_unlock(&robust); /* not made consistent */
	host_check(pthread_mutex_lock(&robust) == ENOTRECOVERABLE, "ENOTRECOVERABLE");
	check_nothing_held();

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
	standing = mine();
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
	struct track_standing standing = mine();
	check_held(&standing, 0, &lock, TRACK_WAIT_MUTEX, 2);
	mtx_unlock(&lock);
	timespec_get(&now, TIME_UTC);
	host_check(cnd_timedwait(&wake, &lock, &now) == thrd_timedout, "cnd_timedwait");
	standing = mine();
	check_held(&standing, 0, &lock, TRACK_WAIT_MUTEX, 1);
	mtx_unlock(&lock);
	check_nothing_held();
	cnd_destroy(&wake);
	mtx_destroy(&lock);
	host_account();
	return 0;
}

static void *lock_for_ever(void *unused)
{
	for (;;)
		wait_mutex();
	return unused;
}

/* A child holds what its thread held, and no other thread's. */
static int forks_with_locks(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, lock_for_ever, NULL);
	for (int i = 0; i < 50; i++) {
		pthread_mutex_lock(&other);
		pthread_mutex_lock(&recursive);
		pid_t pid = fork();
		if (!pid) {
			struct track_standing standing = mine();
			check_held(&standing, 0, &other, TRACK_WAIT_MUTEX, 1);
			check_held(&standing, 1, &recursive, TRACK_WAIT_MUTEX, 1);
			pthread_mutex_unlock(&other);
			pthread_mutex_init(&recursive, NULL);
			check_nothing_held();
			_exit(0);
		}
		int status;
		host_check(waitpid(pid, &status, 0) == pid && !status, "a child");
		pthread_mutex_unlock(&recursive);
		pthread_mutex_unlock(&other);
	}
	check_nothing_held();
	host_account();
	_exit(0);
}

/* On the parent's memory: nothing of it is the parent's. */
static int vfork_with_locks(void)
{
	pthread_mutex_lock(&other);
	pid_t pid = vfork();
	if (!pid) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
		_exit(0);
	}
	host_check(waitpid(pid, NULL, 0) == pid, "a child");
	pid = (pid_t)syscall(SYS_fork); /* without handlers: it holds nothing that is told */
	if (!pid) {
		pthread_mutex_unlock(&other);
		wait_mutex();
		host_close(host_open());
		check_nothing_held();
		_exit(0);
	}
	int status;
	host_check(waitpid(pid, &status, 0) == pid && !status, "a child");
	struct track_standing standing = mine();
	host_check(standing.held_count == 1, "a child's locks are the parent's");
	pthread_mutex_unlock(&other);
	host_count(1, 1);
	host_account();
	return 0;
}

static pthread_key_t last_key;

/* In the last round of destructors, and so after ours. */
static void lock_last(void *round)
{
	wait_mutex();
	if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS + 2)
		pthread_setspecific(last_key, (void *)((uintptr_t)round + 1));
}

static void *ends_late(void *unused)
{
	pthread_setspecific(last_key, (void *)1);
	return unused;
}

static void *ends_with_lock(void *ret_tid)
{
	*(uint32_t *)ret_tid = my_tid();
	pthread_mutex_lock(&other);
	return NULL;
}

/* Threads that lock to their very end keep no place; one that ends with a lock keeps its own. */
static int late_locks(void)
{
	pthread_key_create(&last_key, lock_last);
	for (int i = 0; i < 1000; i++) {
		pthread_t thread;
		host_check(!pthread_create(&thread, NULL, ends_late, NULL), "no thread");
		pthread_join(thread, NULL);
	}
	int fd;
	struct track_spool header = read_header(&fd);
	static struct track_standing standings[32];
	ssize_t size = pread(fd, standings, sizeof(standings), (off_t)header.standings_offset);
	host_check(size == sizeof(standings), "no standings");
	for (int i = 0; i < 32; i++)
		host_check(!standings[i].tid || standings[i].tid == my_tid(), "a place is kept");
	close(fd);

	uint32_t tid;
	pthread_t thread;
	pthread_create(&thread, NULL, ends_with_lock, &tid);
	pthread_join(thread, NULL);
	by_another(give_back, &mutex); /* another thread, and not in its place */
	struct track_standing gone = standing_of(tid);
	host_check(gone.tid == tid, "a lock of the gone is forgotten");
	check_held(&gone, 0, &other, TRACK_WAIT_MUTEX, 1);
	host_account();
	return 0;
}

static sigjmp_buf left;
static volatile sig_atomic_t ticks;

static void lock_in_handler(int number)
{
	(void)number;
	ticks++;
	sem_post(&semaphore);
	pthread_mutex_lock(&other);
	pthread_mutex_unlock(&other);
}

static void leave_by_longjmp(int number)
{
	(void)number;
	siglongjmp(left, 1);
}

/* Handlers in the middle of whatever, and one that leaves a wait for good. */
static int locks_in_handlers(void)
{
	struct sigaction action = {.sa_handler = lock_in_handler, .sa_flags = SA_RESTART};
	struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
	sem_init(&semaphore, 0, 0);
	sem_init(&never_posted, 0, 0);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (ticks < 2000) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_lock(&recursive);
		pthread_mutex_unlock(&mutex);
		pthread_mutex_unlock(&recursive);
		while (sem_wait(&semaphore))
			host_check(errno == EINTR, "sem_wait");
	}
	setitimer(ITIMER_REAL, &never, NULL);
	check_nothing_held();

	action = (struct sigaction){.sa_handler = leave_by_longjmp};
	sigaction(SIGALRM, &action, NULL);
	struct itimerval soon = {{0, 0}, {0, 10000}};
	if (!sigsetjmp(left, 1)) {
		setitimer(ITIMER_REAL, &soon, NULL);
		sem_wait(&never_posted);
	}
	wait_mutex(); /* it locks: so it does not wait any more */
	check_nothing_held();
	host_account();
	return 0;
}

/* What was taken after what; who woke whom. */
static struct track_lock_order find_order(const void *first, const void *second)
{
	struct track_lock_order found = {0};
	int fd;
	struct track_spool header = read_header(&fd);
	for (uint32_t i = 0; i < header.order_count; i++) {
		struct track_lock_order order;
		ssize_t size = pread(fd, &order, sizeof(order),
				     (off_t)(header.orders_offset + i * sizeof(order)));
		host_check(size == sizeof(order), "no orders");
		if (order.first == (uintptr_t)first && order.second == (uintptr_t)second)
			found = order;
	}
	close(fd);
	return found;
}

static struct track_waker find_waker(const void *subject)
{
	struct track_waker found = {0};
	int fd;
	struct track_spool header = read_header(&fd);
	for (uint32_t i = 0; i < header.waker_count; i++) {
		struct track_waker waker;
		ssize_t size = pread(fd, &waker, sizeof(waker),
				     (off_t)(header.wakers_offset + i * sizeof(waker)));
		host_check(size == sizeof(waker), "no wakers");
		if (waker.subject == (uintptr_t)subject)
			found = waker;
	}
	close(fd);
	return found;
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
	pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER, tried = PTHREAD_MUTEX_INITIALIZER;
	under_guard(&guard);
	struct track_lock_order order = find_order(&mutex, &other);
	host_check(order.first && order.guard == (uintptr_t)&guard && order.tid == my_tid() &&
			   !order.flags && order.first_caller && order.second_caller,
		   "an order under a guard");
	host_check(find_order(&guard, &mutex).first, "the guard's own order");
	in_order(NULL);
	host_check(!find_order(&mutex, &other).guard, "once without a guard");
	by_another(in_order, NULL);
	host_check(find_order(&mutex, &other).flags == TRACK_LOCK_ORDER_MANY, "by others too");
	host_check(!find_order(&other, &mutex).first, "an order that never was");

	pthread_mutex_lock(&mutex);
	pthread_mutex_trylock(&tried);
	pthread_mutex_unlock(&tried);
	pthread_mutex_unlock(&mutex);
	host_check(!find_order(&mutex, &tried).first, "who tries, waits for nobody");
	host_check(!pthread_mutex_destroy(&other), "destroy");
	host_check(!find_order(&mutex, &other).first, "the order of a lock that is gone");
	host_check(find_order(&guard, &mutex).first, "another lock's order");

	sem_init(&semaphore, 0, 0);
	sem_post(&semaphore);
	sem_post(&semaphore);
	struct track_waker waker = find_waker(&semaphore);
	host_check(waker.tid == my_tid() && waker.count == 2 && waker.caller && waker.time_ns,
		   "who woke");
	sem_destroy(&semaphore);
	host_check(!find_waker(&semaphore).subject, "who woke what is gone");
	host_account();
	return 0;
}

const struct host host_locks[] = {
	{"locks-held", holds_locks, "locks in every order, again, more than there is room for"},
	{"locks-waits", waits_for_all, "a thread for each thing to wait for"},
	{"locks-cancelled", is_cancelled, "waits that are cancelled"},
	{"locks-kinds", kinds_of_locks, "robust, checking, prioritised mutexes"},
	{"locks-c11", c11_locks, "locks of threads.h"},
	{"locks-fork", forks_with_locks, "a fork that holds locks, beside threads"},
	{"locks-vfork", vfork_with_locks, "children that lock on the parent's memory"},
	{"locks-late", late_locks, "locks at a thread's very end, and beyond"},
	{"locks-handlers", locks_in_handlers, "signal handlers that lock, post and leave"},
	{"locks-orders", orders_of_locks, "which lock after which; who woke whom"},
	{0},
};
