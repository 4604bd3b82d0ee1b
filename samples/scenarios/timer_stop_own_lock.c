/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

#include <run/alarm.h>
#include <run/library.h>

/* Of the program: something asked, and the time by which the answer has to be there. */
struct question {
	pthread_mutex_t lock;
	bool is_answered, is_late;
	struct alarm *alarm;
	struct gate rings, is_dropped;
};

static void ring(void *user)
{
	struct question *question = user;

	gate_open(&question->rings);
	pthread_mutex_lock(&question->lock);
	question->is_late = !question->is_answered;
	pthread_mutex_unlock(&question->lock);
}

static void drop(void *user)
{
	struct question *question = user;

	gate_open(&question->is_dropped);
}

static const struct alarm_class alarm_class = {.name = "question", .ring = ring, .drop = drop};

/* The answer comes in the moment that the time is over: the ring waits for the lock. */
static int answer(struct scene *scene, struct question *question)
{
	int error = alarm_create(library_executor(), &alarm_class, question, &question->alarm);

	if (error)
		return error;
	pthread_mutex_lock(&question->lock);
	alarm_set(question->alarm, 0);
	gate_await(&question->rings);
	question->is_answered = true;
	scene_strike(scene);
	alarm_stop(question->alarm);
	scene_calm(scene);
	pthread_mutex_unlock(&question->lock);
	alarm_destroy(question->alarm);
	gate_await(&question->is_dropped);
	return 0;
}

static int session(struct scene *scene, unsigned long number)
{
	struct question question = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	gate_init(&question.rings);
	gate_init(&question.is_dropped);
	if (!error)
		error = answer(scene, &question);
	pair_finish(&pair);
	gate_finish(&question.rings);
	gate_finish(&question.is_dropped);
	pthread_mutex_destroy(&question.lock);
	return error;
}

const struct play play_timer_stop_own_lock = {.session = session};
