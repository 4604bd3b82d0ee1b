/* SPDX-License-Identifier: Apache-2.0 */
#include "checker.h"

#include <errno.h>
#include <run/fault.h>
#include <run/library.h>
#include <run/object.h>
#include <run/timer.h>
#include <stdatomic.h>
#include <stdlib.h>

struct checker {
	struct object object;
	struct executor *executor;
	struct dc_channel *channel;
	atomic_size_t given;
	atomic_bool is_stalled;

	/* On the executor. */
	struct timer timer; /* holds the checker (holder "timer") while it is armed */
	size_t taken;	    /* by the channel's connection, when it last looked */
	unsigned periods;   /* since that has changed */
	bool is_stopped;
	struct job start, stop;
};

static struct checker *of_start(struct job *job)
{
	return (struct checker *)((char *)job - offsetof(struct checker, start));
}

static struct checker *of_stop(struct job *job)
{
	return (struct checker *)((char *)job - offsetof(struct checker, stop));
}

static void destroy_object(struct object *object)
{
	free(object);
}

static const struct object_class checker_class = {.name = "checker", .destroy = destroy_object};

static void look(struct checker *checker)
{
	size_t waiting = dc_channel_buffered(checker->channel);
	size_t taken = atomic_load(&checker->given) - waiting;

	checker->periods = waiting && taken == checker->taken ? checker->periods + 1 : 0;
	checker->taken = taken;
	atomic_store(&checker->is_stalled, checker->periods >= CHECKER_PATIENCE);
}

/* Without memory it looks no more: nothing counts as stalled then. */
static void checker_run(void *user)
{
	struct checker *checker = user;

	if (!checker->is_stopped)
		look(checker);
	if (!timer_arm(&checker->timer, TIMER_MS(CHECKER_PERIOD_MS)))
		return;
	atomic_store(&checker->is_stalled, false);
	object_release(&checker->object, "timer");
}

static void run_start(struct job *job)
{
	struct checker *checker = of_start(job);

	timer_init(&checker->timer, checker->executor, "send buffer checker", checker_run, checker);
	checker_run(checker);
}

static void end_timer(struct checker *checker)
{
	if (!timer_is_armed(&checker->timer))
		return;
	timer_cancel(&checker->timer);
	object_release(&checker->object, "timer");
}

static void run_stop(struct job *job)
{
	struct checker *checker = of_stop(job);

	checker->is_stopped = true;
	if (!fault_on(FAULT_SCTP_CHECKER_TIMER))
		end_timer(checker);
	dc_channel_destroy(checker->channel);
	object_release(&checker->object, "consumer");
}

int checker_create(struct dc_channel *channel, struct checker **ret_checker)
{
	struct checker *checker = calloc(1, sizeof(*checker));
	int error;

	if (!checker)
		return -ENOMEM;
	error = object_init(&checker->object, &checker_class, "consumer");
	if (error) {
		free(checker);
		return error;
	}
	checker->channel = channel;
	checker->executor = library_executor();
	checker->start.run = run_start;
	checker->stop.run = run_stop;
	*ret_checker = checker;
	return 0;
}

void checker_abandon(struct checker *checker)
{
	if (checker)
		object_release(&checker->object, "consumer");
}

/* Nobody reads what comes on a channel that only sends. No callback is left for which its destroy
 * would have to wait: that is done on the executor. */
void checker_start(struct checker *checker)
{
	dc_channel_on_open(checker->channel, NULL, NULL);
	dc_channel_on_low(checker->channel, 0, NULL, NULL);
	dc_channel_on_closed(checker->channel, NULL, NULL);
	dc_channel_on_message(checker->channel, NULL, NULL);
	object_retain(&checker->object, "timer");
	executor_post(checker->executor, &checker->start);
}

void checker_stop(struct checker *checker)
{
	if (checker)
		executor_post(checker->executor, &checker->stop);
}

struct dc_channel *checker_channel(const struct checker *checker)
{
	return checker->channel;
}

void checker_note_given(struct checker *checker, size_t size)
{
	atomic_fetch_add(&checker->given, size);
}

bool checker_is_stalled(const struct checker *checker)
{
	return atomic_load(&checker->is_stalled);
}
