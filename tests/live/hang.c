/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that hang, and one that only takes its time: hang NAME. What hangs says "ready" before
 * it does, on standard output, and waits for a signal.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <track/track.h>
#include <unistd.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static int connection;

static void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void *take_second_first(void *unused)
{
	pthread_mutex_lock(&second);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&first);
	return unused;
}

/* Each has the lock that the other one wants. */
static void take_crosswise(void)
{
	pthread_t other;

	pthread_barrier_init(&both, NULL, 2);
	pthread_mutex_lock(&first);
	pthread_create(&other, NULL, take_second_first, NULL);
	pthread_barrier_wait(&both);
	say_ready();
	pthread_mutex_lock(&second);
}

static int hang_in_circle(void)
{
	take_crosswise();
	return 1;
}

static int hang_in_close(void)
{
	track_scope_open(&connection, "Connection", 0);
	track_scope_close(&connection);
	take_crosswise();
	return 1;
}

static int hang_at_exit(void)
{
	atexit(take_crosswise);
	return 0;
}

/* As a server that wants to end in order, and cannot. */
static int hang_and_stay(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	take_crosswise();
	return 1;
}

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned done, wanted;
} work = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *do_work(void *unused)
{
	const struct timespec step = {.tv_nsec = 100000000};

	for (unsigned i = 0; i < work.wanted; i++) {
		nanosleep(&step, NULL);
		pthread_mutex_lock(&work.lock);
		work.done++;
		pthread_cond_signal(&work.changed);
		pthread_mutex_unlock(&work.lock);
	}
	return unused;
}

/* Its close goes on for long, and on. */
static int close_slowly(void)
{
	pthread_t worker;

	work.wanted = 40;
	track_scope_open(&connection, "Connection", 0);
	pthread_create(&worker, NULL, do_work, NULL);
	say_ready();
	track_scope_close(&connection);
	pthread_mutex_lock(&work.lock);
	while (work.done < work.wanted)
		pthread_cond_wait(&work.changed, &work.lock);
	pthread_mutex_unlock(&work.lock);
	pthread_join(worker, NULL);
	track_scope_closed(&connection);
	track_scope_destroy(&connection);
	return 0;
}

static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

/* Idle is what waits for work; the lock is free meanwhile. */
static void *await_work(void *unused)
{
	pthread_mutex_lock(&first);
	pthread_cond_wait(&never, &first);
	return unused;
}

static int wait_idly(void)
{
	pthread_t worker;

	pthread_create(&worker, NULL, await_work, NULL);
	say_ready();
	pause();
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} programs[] = {
	{"circle", hang_in_circle}, {"close", hang_in_close}, {"exit", hang_at_exit},
	{"stay", hang_and_stay},    {"slow", close_slowly},   {"idle", wait_idly},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(programs) / sizeof(*programs); i++)
		if (strcmp(argv[1], programs[i].name) == 0)
			return programs[i].run();
	fprintf(stderr, "usage: hang NAME\n");
	return 2;
}
