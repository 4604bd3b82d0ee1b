/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

struct greeter {
	struct pair pair;
	int error;
	struct gate is_done;
};

/* Nobody joins it. It ends soon after it is through. */
static void *greet(void *user)
{
	struct greeter *greeter = user;

	greeter->error = pair_greet(&greeter->pair);
	gate_open(&greeter->is_done);
	return NULL;
}

static int session(struct scene *scene, unsigned long number)
{
	struct greeter greeter = {.error = 0};
	pthread_t thread;
	int error = pair_open(&greeter.pair, NULL);

	(void)scene, (void)number;
	gate_init(&greeter.is_done);
	if (!error)
		error = pair_connect(&greeter.pair);
	if (!error)
		error = -pthread_create(&thread, NULL, greet, &greeter);
	if (!error) {
		pthread_detach(thread);
		gate_await(&greeter.is_done);
		error = greeter.error;
	}
	gate_finish(&greeter.is_done);
	pair_finish(&greeter.pair);
	return error;
}

const struct play play_control_detached_thread = {.session = session};
