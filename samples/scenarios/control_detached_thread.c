/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <pthread.h>
#include <semaphore.h>

struct greeter {
	struct pair pair;
	int error;
	sem_t done;
};

/* Nobody joins it. It ends soon after it is through. */
static void *greet(void *user)
{
	struct greeter *greeter = user;

	greeter->error = pair_greet(&greeter->pair);
	sem_post(&greeter->done);
	return NULL;
}

static int session(struct scene *scene, unsigned long number)
{
	struct greeter greeter = {.error = 0};
	pthread_t thread;
	int error = pair_open(&greeter.pair, NULL);

	(void)scene, (void)number;
	sem_init(&greeter.done, 0, 0);
	if (!error)
		error = pair_connect(&greeter.pair);
	if (!error)
		error = -pthread_create(&thread, NULL, greet, &greeter);
	if (!error) {
		pthread_detach(thread);
		while (sem_wait(&greeter.done))
			;
		error = greeter.error;
	}
	sem_destroy(&greeter.done);
	pair_finish(&greeter.pair);
	return error;
}

const struct play play_control_detached_thread = {.session = session};
