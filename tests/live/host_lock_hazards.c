/* SPDX-License-Identifier: Apache-2.0 */
/* Locks where a shim goes wrong easily: children, handlers, the end of a thread. */
#include "host.h"
#include "host_standings.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static sem_t semaphore, never_posted;

static void wait_mutex(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

static void *give_back(void *lock)
{
	pthread_mutex_unlock(lock);
	return NULL;
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
			struct track_standing standing = standing_mine();
			standing_holds(&standing, 0, &other, TRACK_WAIT_MUTEX, 1);
			standing_holds(&standing, 1, &recursive, TRACK_WAIT_MUTEX, 1);
			pthread_mutex_unlock(&other);
			pthread_mutex_init(&recursive, NULL);
			standing_is_free();
			_exit(0);
		}
		int status;
		host_check(waitpid(pid, &status, 0) == pid && !status, "a child");
		pthread_mutex_unlock(&recursive);
		pthread_mutex_unlock(&other);
	}
	standing_is_free();
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
		standing_is_free();
		_exit(0);
	}
	int status;
	host_check(waitpid(pid, &status, 0) == pid && !status, "a child");
	struct track_standing standing = standing_mine();
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

static pthread_mutex_t passing = PTHREAD_MUTEX_INITIALIZER;

static void destroy_last(void *round)
{
	if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(last_key, (void *)((uintptr_t)round + 1));
	else
		pthread_mutex_destroy(&passing);
}

static uint32_t birth_of_passing(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_lock(&passing);
	pthread_mutex_unlock(&passing);
	pthread_mutex_unlock(&mutex);
	return standing_order(&mutex, &passing).second_birth;
}

static void *ends_late(void *unused)
{
	pthread_setspecific(last_key, (void *)1);
	return unused;
}

static void *ends_with_lock(void *ret_tid)
{
	*(uint32_t *)ret_tid = standing_tid();
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
	struct track_spool header = standings_header(&fd);
	static struct track_standing standings[32];
	ssize_t size = pread(fd, standings, sizeof(standings), (off_t)header.standings_offset);
	host_check(size == sizeof(standings), "no standings");
	for (int i = 0; i < 32; i++)
		host_check(!standings[i].tid || standings[i].tid == standing_tid(),
			   "a place is kept");
	close(fd);

	uint32_t tid;
	pthread_t thread;
	pthread_create(&thread, NULL, ends_with_lock, &tid);
	pthread_join(thread, NULL);
	by_another(give_back, &mutex); /* another thread, and not in its place */
	struct track_standing gone = standing_of(tid);
	host_check(gone.tid == tid, "a lock of the gone is forgotten");
	standing_holds(&gone, 0, &other, TRACK_WAIT_MUTEX, 1);

	uint32_t birth = birth_of_passing();
	host_check(birth && birth_of_passing() == birth, "a lock that goes on");
	pthread_key_delete(last_key);
	pthread_key_create(&last_key, destroy_last);
	pthread_create(&thread, NULL, ends_late, NULL);
	pthread_join(thread, NULL);
	passing = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	host_check(birth_of_passing() != birth, "a lock that a thread destroyed at its very end");
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
	standing_is_free();

	action = (struct sigaction){.sa_handler = leave_by_longjmp};
	sigaction(SIGALRM, &action, NULL);
	struct itimerval soon = {{0, 0}, {0, 10000}};
	if (!sigsetjmp(left, 1)) {
		setitimer(ITIMER_REAL, &soon, NULL);
		sem_wait(&never_posted);
	}
	wait_mutex(); /* it locks: so it does not wait any more */
	standing_is_free();
	host_account();
	return 0;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag once_of_c11 = ONCE_FLAG_INIT;
static sem_t begun, go_on;
static uint32_t waiting_tid;

/* Whoever runs it holds it; another thread waits for that one. */
static void initialise(void)
{
	struct track_standing standing = standing_mine();
	standing_holds(&standing, 0, &once, TRACK_WAIT_MUTEX, 1);
	sem_post(&begun);
	sem_wait(&go_on);
}

static void initialise_and_end(void)
{
	pthread_exit(NULL);
}

static void initialise_for_c11(void)
{
	struct track_standing standing = standing_mine();
	standing_holds(&standing, 0, &once_of_c11, TRACK_WAIT_MUTEX, 1);
}

static void *first_to_come(void *unused)
{
	pthread_once(&once, initialise);
	standing_is_free();
	return unused;
}

static void *next_to_come(void *unused)
{
	waiting_tid = standing_tid();
	return first_to_come(unused);
}

static void *end_inside(void *unused)
{
	pthread_once(&once, initialise_and_end);
	return unused;
}

static int initialisers(void)
{
	pthread_t first, next;
	by_another(end_inside, NULL);
	sem_init(&begun, 0, 0);
	sem_init(&go_on, 0, 0);
	host_check(!pthread_create(&first, NULL, first_to_come, NULL), "no thread");
	sem_wait(&begun);
	host_check(!pthread_create(&next, NULL, next_to_come, NULL), "no thread");
	struct track_standing standing = standing_await(&waiting_tid, TRACK_WAIT_MUTEX);
	host_check(standing.subject == (uintptr_t)&once && !standing.held_count, "it waits");
	sem_post(&go_on);
	pthread_join(first, NULL);
	pthread_join(next, NULL);
	call_once(&once_of_c11, initialise_for_c11);
	call_once(&once_of_c11, initialise_for_c11);
	standing_is_free();
	host_account();
	return 0;
}

const struct host host_lock_hazards[] = {
	{"locks-fork", forks_with_locks, "a fork that holds locks, beside threads"},
	{"locks-vfork", vfork_with_locks, "children that lock on the parent's memory"},
	{"locks-late", late_locks, "locks at a thread's very end, and beyond"},
	{"locks-once", initialisers, "initialisers that run once, and one that does not return"},
	{"locks-handlers", locks_in_handlers, "signal handlers that lock, post and leave"},
	{0},
};
