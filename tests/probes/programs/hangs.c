/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that hang, each in its own way: hangs WAY FORM. Form hang does, and fixed ends; with
 * " later" it begins when a line comes.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t signalled = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t both;
static sem_t posted;
static int peers[2];
static bool fixed;

#define KEEP __attribute__((noinline, noipa))

static pthread_t start(void *(*run)(void *))
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, run, NULL))
		exit(2);
	return thread;
}

/* A circle of two locks. */
KEEP static void take_second_then_first(void)
{
	pthread_mutex_lock(&second);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
	pthread_mutex_unlock(&second);
}

static void *other_order(void *unused)
{
	take_second_then_first();
	return unused;
}

KEEP static void close_first_then_second(void)
{
	pthread_mutex_lock(&first);
	pthread_barrier_wait(&both);
	if (fixed)
		pthread_mutex_unlock(&first);
	pthread_mutex_lock(&second);
	pthread_mutex_unlock(&second);
	if (!fixed)
		pthread_mutex_unlock(&first);
}

static int circle(void)
{
	pthread_t other = start(other_order);
	close_first_then_second();
	pthread_join(other, NULL);
	return 0;
}

/* Join of a thread that wants my lock. */
static void *wants_first(void *unused)
{
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
	return unused;
}

KEEP static void join_with_lock(pthread_t other)
{
	pthread_mutex_lock(&first);
	pthread_barrier_wait(&both);
	if (fixed)
		pthread_mutex_unlock(&first);
	pthread_join(other, NULL);
	if (!fixed)
		pthread_mutex_unlock(&first);
}

static int join(void)
{
	join_with_lock(start(wants_first));
	return 0;
}

/* A close that waits for a peer's last word, while another thread wants to get in. */
static void *wants_in(void *unused)
{
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
	return unused;
}

KEEP static void close_session(void)
{
	char word;
	pthread_mutex_lock(&first);
	pthread_barrier_wait(&both);
	if (fixed)
		close(peers[1]);
	(void)!recv(peers[0], &word, 1, 0);
	pthread_mutex_unlock(&first);
}

static int peer(void)
{
	pthread_t other = start(wants_in);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, peers))
		return 2;
	close_session();
	pthread_join(other, NULL);
	return 0;
}

/* A condition that nobody signals; the semaphore's and the barrier's like it. */
KEEP static void await_signal(void)
{
	pthread_mutex_lock(&first);
	if (!fixed)
		pthread_cond_wait(&signalled, &first);
	pthread_mutex_unlock(&first);
}

static int condition(void)
{
	await_signal();
	return 0;
}

static int semaphore(void)
{
	sem_init(&posted, 0, fixed);
	sem_wait(&posted);
	return 0;
}

/* A reader wants what a writer has who waits for its end. */
static void *reads(void *unused)
{
	pthread_barrier_wait(&both);
	pthread_rwlock_rdlock(&shared);
	pthread_rwlock_unlock(&shared);
	return unused;
}

KEEP static void join_while_writing(pthread_t reader)
{
	pthread_rwlock_wrlock(&shared);
	pthread_barrier_wait(&both);
	if (fixed)
		pthread_rwlock_unlock(&shared);
	pthread_join(reader, NULL);
	if (!fixed)
		pthread_rwlock_unlock(&shared);
}

static int rwlock(void)
{
	join_while_writing(start(reads));
	return 0;
}

/* At exit, a handler wants a lock that its own thread has. */
static void clean_up(void)
{
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
}

static int at_exit(void)
{
	atexit(clean_up);
	if (!fixed)
		pthread_mutex_lock(&first);
	exit(0);
}

/* One runs with the lock, another one waits for it: no hang. */
static volatile bool stop;

KEEP static void spin_with_lock(void)
{
	pthread_mutex_lock(&first);
	pthread_barrier_wait(&both);
	while (!stop)
		continue;
	pthread_mutex_unlock(&first);
}

static void *spins(void *unused)
{
	spin_with_lock();
	return unused;
}

static int running(void)
{
	pthread_t other = start(spins);
	pthread_barrier_wait(&both);
	stop = fixed;
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
	pthread_join(other, NULL);
	return 0;
}

/* The wait of this one ends by itself. */
static int timed(void)
{
	struct timeval most = {.tv_sec = fixed ? 0 : 600, .tv_usec = 1000};
	char word;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, peers) ||
	    setsockopt(peers[0], SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most)))
		return 2;
	(void)!recv(peers[0], &word, 1, 0);
	return 0;
}

/* A lock whose holder has ended. */
static void *ends_with_first(void *unused)
{
	pthread_mutex_lock(&first);
	if (fixed)
		pthread_mutex_unlock(&first);
	return unused;
}

KEEP static void take_abandoned(void)
{
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
}

static int abandoned(void)
{
	pthread_join(start(ends_with_first), NULL);
	take_abandoned();
	return 0;
}

/* Many wait for what one has who waits for the end of one of them. */
#define MANY 1000

static void *is_one_of_many(void *unused)
{
	pthread_mutex_lock(&first);
	pthread_mutex_unlock(&first);
	return unused;
}

static int many(void)
{
	pthread_t all[MANY];
	pthread_mutex_lock(&first);
	for (int i = 0; i < MANY; i++)
		all[i] = start(is_one_of_many);
	if (fixed)
		pthread_mutex_unlock(&first);
	for (int i = 0; i < MANY; i++)
		pthread_join(all[i], NULL);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} ways[] = {{"circle", circle},	      {"join", join},		{"peer", peer},
	    {"condition", condition}, {"semaphore", semaphore}, {"rwlock", rwlock},
	    {"exit", at_exit},	      {"running", running},	{"timed", timed},
	    {"many", many},	      {"abandoned", abandoned}};

int main(int argc, char **argv)
{
	fixed = argc > 2 && !strcmp(argv[2], "fixed");
	if (argc > 3 && getchar() == EOF)
		return 2;
	pthread_barrier_init(&both, NULL, 2);
	for (size_t i = 0; argc > 1 && i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, argv[1]))
			return ways[i].run();
	return 2;
}
