/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many annotations a second are taken over for good, beside the program that
 * makes them:  bench_sustain FOLDER SHIM THREADS PER_SECOND SECONDS
 * A child tells retain and release at that rate (of all threads; 0: as fast as it
 * can) into a spool in FOLDER; here a collector looks every 20 ms, as the command
 * does, and forgets what it delivers.
 * Prints millions told a second, millions delivered a second, how many were lost,
 * and the share of a processor that the collector took.
 */
#include "nowhere.inc.c"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <track/track.h>
#include <unistd.h>

#define POLL_NS 20000000
#define BATCH 1000 /* told at once, then the pace is looked at */

static double now_s(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The program. */

static double rate, seconds; /* of each thread */
static atomic_ullong told;

static void *tell(void *arg)
{
	char object;
	double start_s = now_s(CLOCK_MONOTONIC), passed_s = 0;
	double done = 0;
	while ((passed_s = now_s(CLOCK_MONOTONIC) - start_s) < seconds) {
		if (rate > 0 && done > rate * passed_s) {
			nanosleep(&(struct timespec){0, 200000}, NULL);
			continue;
		}
		for (int i = 0; i < BATCH / 2; i++) {
			track_retain(&object, "sustain", track_nobody());
			track_release(&object, "sustain", track_nobody());
		}
		done += BATCH;
	}
	atomic_fetch_add(&told, (unsigned long long)done);
	return arg;
}

static int be_program(int threads)
{
	pthread_t ids[64];
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, tell, NULL))
			return 1;
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	printf("%llu\n", told);
	return 0;
}

static pid_t start_program(char **argv, int output)
{
	char *again[] = {argv[0], argv[1], argv[2], argv[3], argv[4], argv[5], "program", NULL};
	pid_t pid = fork();
	if (pid)
		return pid;
	setenv(TRACK_ENV_SPOOL_DIR, argv[1], 1);
	setenv("LD_PRELOAD", argv[2], 1);
	dup2(output, STDOUT_FILENO);
	execv("/proc/self/exe", again);
	_exit(127);
}

static int follow(struct collector *collector, pid_t pid, double *ret_busy_s)
{
	uint64_t events;
	int status, ret = 0;
	double busy_s = now_s(CLOCK_PROCESS_CPUTIME_ID);
	while (!ret && !waitpid(pid, &status, WNOHANG)) {
		nanosleep(&(struct timespec){0, POLL_NS}, NULL);
		ret = collector_poll(collector, true, &events);
	}
	*ret_busy_s = now_s(CLOCK_PROCESS_CPUTIME_ID) - busy_s;
	if (!ret)
		ret = collector_finish(collector, &events);
	return ret;
}

int main(int argc, char **argv)
{
	struct collector *collector = NULL;
	unsigned long long said = 0;
	double busy_s = 0;
	char text[32] = "";
	int output[2];
	int threads = argc >= 6 ? atoi(argv[3]) : 0;
	if (threads < 1 || threads > 64) {
		fputs("usage: bench_sustain FOLDER SHIM THREADS PER_SECOND SECONDS\n", stderr);
		return 2;
	}
	rate = atof(argv[4]) / threads;
	seconds = atof(argv[5]);
	if (argc == 7)
		return be_program(threads);
	if (pipe(output))
		return 1;
	int ret = collector_create(&nowhere, &collector);
	if (!ret)
		ret = collector_add(collector, argv[1]);
	double start_s = now_s(CLOCK_MONOTONIC);
	if (!ret)
		ret = follow(collector, start_program(argv, output[1]), &busy_s);
	double took_s = now_s(CLOCK_MONOTONIC) - start_s;
	collector_destroy(collector);
	if (ret || read(output[0], text, sizeof(text) - 1) <= 0) {
		fprintf(stderr, "bench_sustain: error %d\n", ret);
		return 1;
	}
	said = strtoull(text, NULL, 10);
	printf("%.2f %.2f %llu %.0f%%\n", (double)said / seconds / 1e6,
	       (double)delivered / took_s / 1e6, (unsigned long long)(said - delivered + lost),
	       100 * busy_s / took_s);
	return 0;
}
