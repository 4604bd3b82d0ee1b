/* SPDX-License-Identifier: Apache-2.0 */
#include <run/library.h>

#include "inside.h"
#include <errno.h>
#include <limits.h>
#include <run/callback.h>
#include <run/fault.h>
#include <run/pool.h>
#include <run/resolver.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <track/track.h>
#include <unistd.h>

TRACK_PLUMBING_FILE;

enum { THREADS_BY_DEFAULT = 4, THREADS_MAX = 64, WORKERS_MIN = 2 };

struct parts {
	struct executor *executors[THREADS_MAX];
	unsigned executor_count;
	struct pool *pool;
	struct resolver *resolver;
};

static struct library {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum {
		LIBRARY_STOPPED,
		LIBRARY_RUNNING,
		LIBRARY_UNATTENDED, /* to be stopped, but no thread could be started for it */
		LIBRARY_STOPPING,
		LIBRARY_ENDED, /* all but the cleanup thread, which ends and can be joined */
	} state;
	unsigned tokens;
	bool holds_itself;  /* one of the tokens */
	bool is_close_told; /* to who watches */
	unsigned stops;	    /* how often it came to STOPPED */
	struct thread cleaner;
	struct parts parts;
	atomic_uint turn;
} library = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static unsigned thread_number(unsigned wanted, unsigned least)
{
	long number = wanted;

	if (!wanted) {
		number = sysconf(_SC_NPROCESSORS_ONLN);
		if (number > THREADS_BY_DEFAULT)
			number = THREADS_BY_DEFAULT;
	}
	if (number < least)
		return least;
	return number < THREADS_MAX ? (unsigned)number : THREADS_MAX;
}

/* The library, from its start to the end of its cleanup, is what every object holds. */
static struct track_subject self(void)
{
	return track_scope(&library);
}

void library_keep(struct track_subject holder)
{
	track_retain(&library, "token", holder);
}

void library_unkeep(struct track_subject holder)
{
	track_release(&library, "token", holder);
}

static void tell_parts(const struct parts *parts)
{
	for (unsigned i = 0; i < parts->executor_count; i++)
		executor_own(parts->executors[i], self());
	pool_own(parts->pool, self());
	resolver_own(parts->resolver, self());
}

/* Those above first: what still comes from one goes to those below. */
static void stop_parts(struct parts *parts)
{
	resolver_destroy(parts->resolver);
	for (unsigned i = 0; i < parts->executor_count; i++)
		executor_destroy(parts->executors[i]);
	pool_destroy(parts->pool);
	*parts = (struct parts){0};
}

static int start_parts(const struct library_options *options, struct parts *ret_parts)
{
	unsigned executors = thread_number(options ? options->executors : 0, 1);
	unsigned workers = thread_number(options ? options->workers : 0, WORKERS_MIN);
	struct parts parts = {0};
	char name[32];
	int error = pool_create(workers, &parts.pool);

	while (!error && parts.executor_count < executors) {
		snprintf(name, sizeof(name), "dc executor %u", parts.executor_count);
		error = executor_create(name, &parts.executors[parts.executor_count]);
		if (!error)
			parts.executor_count++;
	}
	if (!error)
		error = resolver_create(&parts.resolver);
	if (error) {
		stop_parts(&parts);
		return error;
	}
	*ret_parts = parts;
	return 0;
}

/* Under the lock, as are join_cleaner, give_token, start and await_stop. */
static void become_stopped(void)
{
	library.state = LIBRARY_STOPPED;
	library.stops++;
	track_scope_closed(&library);
	track_object_destroy(&library);
	track_scope_destroy(&library);
	pthread_cond_broadcast(&library.changed);
}

/* It has nothing left to do but to return, and takes no lock: this is no wait. */
static void join_cleaner(void)
{
	thread_join(&library.cleaner);
	become_stopped();
}

static void clean_up(void *user)
{
	(void)user;
	stop_parts(&library.parts);
	pthread_mutex_lock(&library.lock);
	library.state = LIBRARY_ENDED;
	pthread_cond_broadcast(&library.changed);
	pthread_mutex_unlock(&library.lock);
}

static void give_token(void)
{
	if (--library.tokens)
		return;
	library.state = LIBRARY_STOPPING;
	if (thread_start(&library.cleaner, "dc cleanup", clean_up, NULL))
		library.state = LIBRARY_UNATTENDED;
}

/* Running afterwards, unless it fails. */
static int start(const struct library_options *options)
{
	int error;

	if (library.state == LIBRARY_RUNNING)
		return 0;
	if (library.state == LIBRARY_ENDED)
		join_cleaner();
	if (library.state != LIBRARY_STOPPED)
		return -EBUSY;
	library.is_close_told = false;
	track_scope_open(&library, "library", TRACK_MUST_CLOSE);
	track_object_create(&library, "library");
	track_own(self(), track_object(&library));
	error = start_parts(options, &library.parts);
	if (error) {
		track_object_destroy(&library);
		track_scope_destroy(&library);
		return error;
	}
	tell_parts(&library.parts);
	library.state = LIBRARY_RUNNING;
	library.holds_itself = true;
	library.tokens = 1;
	return 0;
}

int library_start(const struct library_options *options)
{
	int error;

	pthread_mutex_lock(&library.lock);
	error = start(options);
	if (!error && !library.holds_itself) {
		library.holds_itself = true;
		library.tokens++;
	}
	pthread_mutex_unlock(&library.lock);
	return error;
}

int token_take(void)
{
	int error;

	pthread_mutex_lock(&library.lock);
	error = start(NULL);
	if (!error)
		library.tokens++;
	pthread_mutex_unlock(&library.lock);
	return error;
}

int library_enter(void)
{
	int error = token_take();

	if (!error)
		library_keep(track_nobody());
	return error;
}

void token_drop(void)
{
	pthread_mutex_lock(&library.lock);
	give_token();
	pthread_mutex_unlock(&library.lock);
}

void library_leave(void)
{
	pthread_mutex_lock(&library.lock);
	library_unkeep(track_nobody());
	give_token();
	pthread_mutex_unlock(&library.lock);
}

static struct timespec deadline_after(unsigned timeout_ms)
{
	uint64_t deadline_ns = executor_clock_ns() + TIMER_MS(timeout_ms);

	return (struct timespec){.tv_sec = (time_t)(deadline_ns / 1000000000),
				 .tv_nsec = (long)(deadline_ns % 1000000000)};
}

/* -ETIMEDOUT. deadline NULL: none. */
static int await_change(const struct timespec *deadline)
{
	if (!deadline)
		return -pthread_cond_wait(&library.changed, &library.lock);
	return -pthread_cond_clockwait(&library.changed, &library.lock, CLOCK_MONOTONIC, deadline);
}

/* Waits for the next STOPPED. */
static int await_stop(const struct timespec *deadline)
{
	unsigned stops = library.stops;

	while (library.state != LIBRARY_STOPPED && library.stops == stops) {
		switch (library.state) {
		case LIBRARY_ENDED:
			join_cleaner();
			break;
		case LIBRARY_UNATTENDED:
			library.state = LIBRARY_STOPPING;
			pthread_mutex_unlock(&library.lock);
			stop_parts(&library.parts);
			pthread_mutex_lock(&library.lock);
			become_stopped();
			break;
		case LIBRARY_RUNNING:
		case LIBRARY_STOPPING:
		case LIBRARY_STOPPED:
			if (await_change(deadline) == -ETIMEDOUT && library.state != LIBRARY_ENDED)
				return library.stops == stops ? -ETIMEDOUT : 0;
		}
	}
	return 0;
}

int library_cleanup(unsigned timeout_ms)
{
	struct timespec deadline = deadline_after(timeout_ms);
	int error;

	if (!fault_on(FAULT_JOIN_OWN_THREAD) && thread_is_ours())
		return -EDEADLK;
	pthread_mutex_lock(&library.lock);
	if (library.holds_itself) {
		library.holds_itself = false;
		if (!library.is_close_told)
			track_scope_close(&library);
		library.is_close_told = true;
		give_token();
	}
	error = await_stop(timeout_ms == UINT_MAX ? NULL : &deadline);
	pthread_mutex_unlock(&library.lock);
	return error;
}

struct executor *library_executor(void)
{
	return library.parts
		.executors[atomic_fetch_add(&library.turn, 1) % library.parts.executor_count];
}

struct pool *library_pool(void)
{
	return library.parts.pool;
}

struct resolver *library_resolver(void)
{
	return library.parts.resolver;
}

void library_count(struct library_counts *ret_counts)
{
	*ret_counts = (struct library_counts){
		.objects = object_count(),
		.tasks_pending = task_pending_count(),
		.timers_armed = timer_armed_count(),
		.callbacks_unfired = callback_unfired(),
		.threads = thread_count(),
	};
}
