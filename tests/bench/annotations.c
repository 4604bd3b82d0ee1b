/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that the bench times: retain and release of an object, told by
 * track.h, six calls deep, in one or more threads.
 *   bench_annotations PAIRS THREADS [bare]   prints nanoseconds per pair and thread.
 * bare: without the annotations, the count alone.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <track/track.h>

static long pairs;
static bool bare;

struct object {
	long references;
	char apart[120]; /* each thread's on lines of its own */
};

#define LEVEL(name, next)                                                                          \
	static __attribute__((noinline)) void name(struct object *object)                          \
	{                                                                                          \
		next(object);                                                                      \
		__asm__ volatile("");                                                              \
	}

static __attribute__((noinline)) void bare_pair(struct object *object)
{
	object->references++;
	__asm__ volatile("" ::: "memory");
	object->references--;
	__asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) void told_pair(struct object *object)
{
	track_retain(object, "bench", track_nobody());
	object->references++;
	__asm__ volatile("" ::: "memory");
	track_release(object, "bench", track_nobody());
	object->references--;
	__asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) void loop_bare(struct object *object)
{
	for (long i = 0; i < pairs; i++)
		bare_pair(object);
}

static __attribute__((noinline)) void loop_told(struct object *object)
{
	for (long i = 0; i < pairs; i++)
		told_pair(object);
}

static __attribute__((noinline)) void loop(struct object *object)
{
	if (bare)
		loop_bare(object);
	else
		loop_told(object);
	__asm__ volatile("");
}

LEVEL(level_1, loop)
LEVEL(level_2, level_1)

static void *run(void *arg)
{
	struct object object = {0};
	if (!bare)
		track_object_create(&object, "Object");
	level_2(&object);
	if (!bare)
		track_object_destroy(&object);
	return arg;
}

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	int count = argc >= 3 ? atoi(argv[2]) : 0;
	pairs = argc >= 3 ? atol(argv[1]) : 0;
	bare = argc == 4 && strcmp(argv[3], "bare") == 0;
	if (pairs < 1 || count < 1 || count > 64 || (argc == 4 && !bare)) {
		fputs("usage: bench_annotations PAIRS THREADS [bare]\n", stderr);
		return 2;
	}
	double start = now_s();
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, run, NULL))
			return 1;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("%.1f\n", (now_s() - start) * 1e9 / (double)pairs);
	return 0;
}
