/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate THREADS PER_SECOND SECONDS: tells of objects that are created and destroyed, so many events
 * a second of all threads, no address twice. So whatever is lost, each event that was recorded can
 * be counted in a trace: as a life, as an object that is alive, or as the end of what nobody told
 * of. Prints how many events it told.
 */
#include "forget.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>
#include <track/track.h>

enum { THREADS_MAX = 16, BURST = 100, PAUSE_US = 100, APART = 64 };

static double per_second, seconds;

struct teller {
	pthread_t thread;
	uintptr_t next;
	uint64_t events;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static FRAME void tell_one(struct teller *teller)
{
	void *object = (void *)(teller->next += APART); /* never looked at */

	track_object_create(object, "Object");
	track_object_destroy(object);
	teller->events += 2;
	STAY();
}

static void *tell(void *arg)
{
	struct teller *teller = arg;
	double start_s = now_s(), passed_s = 0;

	while (passed_s < seconds) {
		for (int i = 0; i < BURST; i++)
			tell_one(teller);
		for (;;) { /* asleep meanwhile: the recorder needs a processor too */
			passed_s = now_s() - start_s;
			if ((double)teller->events <= passed_s * per_second)
				break;
			usleep(PAUSE_US);
		}
	}
	return arg;
}

int main(int argc, char **argv)
{
	struct teller tellers[THREADS_MAX] = {0};
	int threads = argc == 4 ? atoi(argv[1]) : 0;
	uint64_t events = 0;

	need(threads > 0 && threads <= THREADS_MAX, "usage: rate THREADS PER_SECOND SECONDS");
	per_second = atof(argv[2]) / threads;
	seconds = atof(argv[3]);
	for (int i = 0; i < threads; i++) {
		tellers[i].next = (uintptr_t)(i + 1) << 40;
		need(!pthread_create(&tellers[i].thread, NULL, tell, &tellers[i]), "a thread");
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(tellers[i].thread, NULL);
		events += tellers[i].events;
	}
	printf("events=%llu\n", (unsigned long long)events);
	return 0;
}
