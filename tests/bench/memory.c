/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process weighs: threads that open and close from many different
 * stacks, then a look at our own memory.   bench_memory THREADS BITS   makes
 * 2^BITS stacks in each thread and prints KiB of private memory outside of
 * spools, and KiB of spools touched.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

static int bits;
static pthread_barrier_t done, looked;

/* Two ways down at every level, so that the way is the stack. */
static void left(unsigned way, int level);
static void right(unsigned way, int level);

static void down(unsigned way, int level)
{
	if (!level)
		close(socket(AF_INET, SOCK_DGRAM, 0));
	else if (way & 1)
		left(way >> 1, level - 1);
	else
		right(way >> 1, level - 1);
	__asm__ volatile("");
}

static __attribute__((noinline)) void left(unsigned way, int level)
{
	down(way, level);
	__asm__ volatile("");
}

static __attribute__((noinline)) void right(unsigned way, int level)
{
	down(way, level);
	__asm__ volatile("");
}

static void *loop(void *arg)
{
	for (unsigned way = 0; way < 1u << bits; way++)
		down(way, bits);
	pthread_barrier_wait(&done);
	pthread_barrier_wait(&looked);
	return arg;
}

static void look(void)
{
	char line[4096];
	long private_kib = 0, spool_kib = 0, kib;
	int is_spool = 0;
	FILE *maps = fopen("/proc/self/smaps", "r");
	if (!maps)
		exit(1);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "Private_Clean: %ld", &kib) == 1 ||
		    sscanf(line, "Private_Dirty: %ld", &kib) == 1)
			*(is_spool ? &spool_kib : &private_kib) += kib;
		else if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' '))
			is_spool = strstr(line, ".spool") != NULL;
	}
	fclose(maps);
	printf("%ld %ld\n", private_kib, spool_kib);
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];
	int count = argc == 3 ? atoi(argv[1]) : 0;
	bits = argc == 3 ? atoi(argv[2]) : -1;
	if (count < 1 || count > THREADS_MAX || bits < 0 || bits > 20) {
		fputs("usage: bench_memory THREADS BITS\n", stderr);
		return 2;
	}
	pthread_barrier_init(&done, NULL, (unsigned)count + 1);
	pthread_barrier_init(&looked, NULL, (unsigned)count + 1);
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, loop, NULL))
			return 1;
	pthread_barrier_wait(&done);
	look();
	pthread_barrier_wait(&looked);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
