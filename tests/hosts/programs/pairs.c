/* SPDX-License-Identifier: Apache-2.0 */
/* pairs [THREADS [PAIRS [ROUNDS]]]: threads that open, close and allocate; rounds with a rest
 * between. */
#include "account.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAX = 64, REST_US = 50000 };

static int pairs = 500;

static void *work(void *arg)
{
	for (int i = 0; i < pairs; i++) {
		char *block = malloc(100 + (size_t)i);
		account_check(block != NULL, "no memory");
		memset(block, i, 100);
		account_pairs(1);
		free(block);
	}
	return arg;
}

static void one_round(int threads)
{
	pthread_t thread[THREADS_MAX];
	for (int i = 0; i < threads; i++)
		account_check(!pthread_create(&thread[i], NULL, work, NULL), "no thread");
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 8;
	pairs = argc > 2 ? atoi(argv[2]) : 500;
	int rounds = argc > 3 ? atoi(argv[3]) : 1;
	account_check(threads > 0 && threads <= THREADS_MAX, "too many threads");
	for (int i = 0; i < rounds; i++) {
		one_round(threads);
		if (i + 1 < rounds)
			usleep(REST_US);
	}
	account_open();
	account_print();
	return 3;
}
