/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a lock costs: threads that lock, work and unlock, as fast as they can. Each has a mutex of
 * its own, or takes it inside of another one, or all share one. bench_locks PAIRS THREADS
 * own|nested|shared     prints ns a pair
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORK_NS 100
#define THREADS_MAX 64

struct worker {
	pthread_mutex_t own, outer;
	pthread_mutex_t *lock;
	pthread_t thread;
} __attribute__((aligned(128)));

static struct worker workers[THREADS_MAX];
static long pairs;
static int is_nested;
static uint64_t turns; /* of work, that take WORK_NS */

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void work(void)
{
	for (uint64_t i = 0; i < turns; i++)
		__asm__ volatile("" ::: "memory");
}

/* The fastest of several: another program may take the processor in between. */
static void measure_work(void)
{
	uint64_t best_ns = UINT64_MAX;
	turns = 1000000;
	for (int i = 0; i < 10; i++) {
		uint64_t start_ns = now_ns();
		work();
		uint64_t took_ns = now_ns() - start_ns;
		best_ns = took_ns < best_ns ? took_ns : best_ns;
	}
	turns = turns * WORK_NS / best_ns;
}

static void *run(void *arg)
{
	struct worker *worker = arg;
	if (is_nested)
		pthread_mutex_lock(&worker->outer);
	for (long i = 0; i < pairs; i++) {
		pthread_mutex_lock(worker->lock);
		work();
		pthread_mutex_unlock(worker->lock);
	}
	if (is_nested)
		pthread_mutex_unlock(&worker->outer);
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[2]) : 0;
	pairs = argc > 1 ? atol(argv[1]) : 0;
	if (argc != 4 || pairs < 1 || threads < 1 || threads > THREADS_MAX)
		return 2;
	is_nested = !strcmp(argv[3], "nested");
	measure_work();
	for (int i = 0; i < threads; i++) {
		pthread_mutex_init(&workers[i].own, NULL);
		pthread_mutex_init(&workers[i].outer, NULL);
		workers[i].lock = &workers[strcmp(argv[3], "shared") ? i : 0].own;
	}
	uint64_t start_ns = now_ns();
	for (int i = 0; i < threads; i++)
		if (pthread_create(&workers[i].thread, NULL, run, &workers[i]))
			return 1;
	for (int i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	printf("%.1f\n", (double)(now_ns() - start_ns) / (double)pairs);
	return 0;
}
