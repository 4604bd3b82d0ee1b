/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of socket and close at an even pace:   bench_paced PAIRS_PER_SECOND SECONDS
 * prints how many a second there were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BURST = 20 };

static __attribute__((noinline)) void one_pair(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		abort();
	close(fd);
	__asm__ volatile("");
}

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double rate = argc == 3 ? atof(argv[1]) : 0, seconds = argc == 3 ? atof(argv[2]) : 0;
	double start_s = now_s(), passed_s = 0;
	long pairs = 0;
	if (rate <= 0 || seconds <= 0) {
		fputs("usage: bench_paced PAIRS_PER_SECOND SECONDS\n", stderr);
		return 2;
	}
	while (passed_s < seconds) {
		for (int i = 0; i < BURST; i++)
			one_pair();
		pairs += BURST;
		do
			passed_s = now_s() - start_s;
		while ((double)pairs > passed_s * rate);
	}
	printf("%.0f\n", (double)pairs / passed_s);
	return 0;
}
