/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"

#include <errno.h>
#include <time.h>

enum { MISSED_AFTER_MS = 300 };

void gate_init(struct gate *gate)
{
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->opened, NULL);
	gate->is_open = false;
}

void gate_finish(struct gate *gate)
{
	pthread_cond_destroy(&gate->opened);
	pthread_mutex_destroy(&gate->lock);
}

void gate_open(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->is_open = true;
	pthread_cond_broadcast(&gate->opened);
	pthread_mutex_unlock(&gate->lock);
}

void gate_await(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	while (!gate->is_open)
		pthread_cond_wait(&gate->opened, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static struct timespec time_after_ms(unsigned ms)
{
	struct timespec at;
	long long ns;

	clock_gettime(CLOCK_MONOTONIC, &at);
	ns = at.tv_nsec + (long long)ms * 1000000;
	at.tv_sec += (time_t)(ns / 1000000000);
	at.tv_nsec = (long)(ns % 1000000000);
	return at;
}

/* false: not by then. */
static bool await_until(struct gate *gate, const struct timespec *deadline)
{
	bool is_open;

	pthread_mutex_lock(&gate->lock);
	while (!gate->is_open && pthread_cond_clockwait(&gate->opened, &gate->lock, CLOCK_MONOTONIC,
							deadline) != ETIMEDOUT)
		;
	is_open = gate->is_open;
	pthread_mutex_unlock(&gate->lock);
	return is_open;
}

bool gate_await_unless_missed(struct gate *gate, const struct scene *scene)
{
	struct timespec deadline = time_after_ms(MISSED_AFTER_MS);

	if (!scene_is_buggy(scene)) {
		gate_await(gate);
		return true;
	}
	if (await_until(gate, &deadline))
		return true;
	effect_count_missed();
	return false;
}
