/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that the bench times: socket and close, eight calls deep, in one or
 * more threads.   bench_pairs PAIRS THREADS [FILE]   prints nanoseconds per pair
 * and thread. With a file it is opened instead.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long pairs;
static const char *file;

/* Calls that are neither inlined nor turned into jumps, so that each is a frame. */
#define LEVEL(name, next)                                                                          \
	static __attribute__((noinline)) void name(void)                                           \
	{                                                                                          \
		next();                                                                            \
		__asm__ volatile("");                                                              \
	}

static __attribute__((noinline)) void one_pair(void)
{
	int fd = file ? open(file, O_RDONLY) : socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		abort();
	close(fd);
	__asm__ volatile("");
}

LEVEL(level_1, one_pair)
LEVEL(level_2, level_1)
LEVEL(level_3, level_2)
LEVEL(level_4, level_3)

static void *loop(void *arg)
{
	for (long i = 0; i < pairs; i++)
		level_4();
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
	file = argc == 4 ? argv[3] : NULL;
	if (pairs < 1 || count < 1 || count > 64) {
		fputs("usage: bench_pairs PAIRS THREADS [FILE]\n", stderr);
		return 2;
	}
	double start = now_s();
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, loop, NULL))
			return 1;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("%.1f\n", (now_s() - start) / (double)pairs * 1e9);
	return 0;
}
