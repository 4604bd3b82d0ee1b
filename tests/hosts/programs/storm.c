/* SPDX-License-Identifier: Apache-2.0 */
/* storm: queued signals and three timers, whose handlers open and close, over threads that do too.
 */
#include "account.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { QUEUED = 3000, PAIRS = 5000, THREADS = 2 };

static atomic_int handled, ticks;

static void on_queued(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	(void)context;
	account_pairs(1);
	handled++;
}

static void on_tick(int signal)
{
	(void)signal;
	ticks++;
}

static void *work(void *arg)
{
	account_pairs(PAIRS);
	return arg;
}

static void handle(int signal, struct sigaction action)
{
	action.sa_flags |= SA_RESTART;
	account_check(!sigaction(signal, &action, NULL), "sigaction() failed");
}

static void start_timers(void)
{
	struct itimerval every = {{0, 300}, {0, 300}};
	struct itimerspec each = {{0, 200000}, {0, 200000}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1};
	timer_t timer;
	handle(SIGALRM, (struct sigaction){.sa_handler = on_tick});
	handle(SIGPROF, (struct sigaction){.sa_handler = on_tick});
	handle(SIGRTMIN + 1, (struct sigaction){.sa_handler = on_tick});
	account_check(!setitimer(ITIMER_REAL, &every, NULL) &&
			      !setitimer(ITIMER_PROF, &every, NULL) &&
			      !timer_create(CLOCK_MONOTONIC, &event, &timer) &&
			      !timer_settime(timer, 0, &each, NULL),
		      "no timer");
}

int main(void)
{
	pthread_t threads[THREADS];
	handle(SIGRTMIN, (struct sigaction){.sa_sigaction = on_queued, .sa_flags = SA_SIGINFO});
	start_timers();
	for (int i = 0; i < THREADS; i++)
		account_check(!pthread_create(&threads[i], NULL, work, NULL), "no thread");
	for (int sent = 0; sent < QUEUED;) {
		if (!sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = sent}))
			sent++;
		else
			account_check(errno == EAGAIN, "sigqueue() failed");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	while (handled < QUEUED || ticks < 20)
		usleep(1000);
	account_print();
	return 0;
}
