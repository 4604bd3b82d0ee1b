/* SPDX-License-Identifier: Apache-2.0 */
#include "thread.h"

#include "inside.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

/* What a thread raises by a defect of its own: a handler of the program (a sanitizer's) tells. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

static atomic_uint count;
static _Thread_local bool ours;

bool thread_is_ours(void)
{
	return ours;
}

unsigned thread_count(void)
{
	return atomic_load(&count);
}

static void *enter(void *user)
{
	struct thread *thread = user;

	ours = true;
	pthread_setname_np(pthread_self(), thread->name);
	thread->run(thread->user);
	return NULL;
}

int thread_start(struct thread *thread, const char *name, void (*run)(void *user), void *user)
{
	sigset_t blocked, before;
	int error;

	snprintf(thread->name, sizeof(thread->name), "%s", name);
	thread->run = run;
	thread->user = user;
	/* A new thread has the signal mask of the one that starts it. */
	sigfillset(&blocked);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&blocked, faults[i]);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	error = pthread_create(&thread->id, NULL, enter, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return -error;
	atomic_fetch_add(&count, 1);
	return 0;
}

void thread_own(const struct thread *thread, struct track_subject owner)
{
	track_own(owner, track_thread((uint64_t)thread->id));
}

void thread_join(struct thread *thread)
{
	pthread_join(thread->id, NULL);
	atomic_fetch_sub(&count, 1);
}
