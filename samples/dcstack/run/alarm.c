/* SPDX-License-Identifier: Apache-2.0 */
#include <run/alarm.h>

#include <errno.h>
#include <pthread.h>
#include <run/fault.h>
#include <run/object.h>
#include <run/timer.h>
#include <stdlib.h>
#include <track/track.h>

struct alarm {
	struct object object;
	struct executor *executor;
	const struct alarm_class *class;
	void *user;
	struct job job; /* does on the executor what was wished for; holder "job" */

	pthread_mutex_t lock;
	pthread_cond_t quiet;
	bool is_set, is_posted, rings;
	uint64_t deadline_ns;

	struct timer timer; /* on the executor; armed: holder "timer" */
};

static void destroy(struct object *object)
{
	struct alarm *alarm = (struct alarm *)object;

	if (alarm->class->drop)
		alarm->class->drop(alarm->user);
	pthread_cond_destroy(&alarm->quiet);
	pthread_mutex_destroy(&alarm->lock);
	free(alarm);
}

static const struct object_class alarm_object_class = {.name = "alarm", .destroy = destroy};

/* It may have been stopped, or set anew, since the timer was armed. */
static bool begin_ring(struct alarm *alarm)
{
	bool is_due;

	pthread_mutex_lock(&alarm->lock);
	is_due = alarm->is_set && alarm->deadline_ns <= executor_clock_ns();
	if (is_due) {
		alarm->is_set = false;
		alarm->rings = true;
	}
	pthread_mutex_unlock(&alarm->lock);
	return is_due;
}

static void end_ring(struct alarm *alarm)
{
	pthread_mutex_lock(&alarm->lock);
	alarm->rings = false;
	pthread_cond_broadcast(&alarm->quiet);
	pthread_mutex_unlock(&alarm->lock);
}

static void fire(void *user)
{
	struct alarm *alarm = user;

	if (begin_ring(alarm)) {
		alarm->class->ring(alarm->user);
		end_ring(alarm);
	}
	object_release(&alarm->object, "timer");
}

static void arm(struct alarm *alarm, uint64_t deadline_ns)
{
	uint64_t now_ns = executor_clock_ns();

	if (!timer_is_armed(&alarm->timer))
		object_retain(&alarm->object, "timer");
	if (timer_arm(&alarm->timer, deadline_ns > now_ns ? deadline_ns - now_ns : 0))
		object_release(&alarm->object, "timer");
}

static void disarm(struct alarm *alarm)
{
	if (!timer_is_armed(&alarm->timer))
		return;
	timer_cancel(&alarm->timer);
	object_release(&alarm->object, "timer");
}

static void do_as_wished(struct job *job)
{
	struct alarm *alarm = (struct alarm *)((char *)job - offsetof(struct alarm, job));
	uint64_t deadline_ns;
	bool is_set;

	pthread_mutex_lock(&alarm->lock);
	alarm->is_posted = false;
	is_set = alarm->is_set;
	deadline_ns = alarm->deadline_ns;
	pthread_mutex_unlock(&alarm->lock);
	if (is_set)
		arm(alarm, deadline_ns);
	else
		disarm(alarm);
	object_release(&alarm->object, "job");
}

/* Under the lock. */
static void post(struct alarm *alarm)
{
	if (alarm->is_posted)
		return;
	alarm->is_posted = true;
	object_retain(&alarm->object, "job");
	executor_post(alarm->executor, &alarm->job);
}

int alarm_create(struct executor *executor, const struct alarm_class *class, void *user,
		 struct alarm **ret_alarm)
{
	struct alarm *alarm = calloc(1, sizeof(*alarm));
	int error;

	if (!alarm)
		return -ENOMEM;
	error = object_init(&alarm->object, &alarm_object_class, "owner");
	if (error) {
		free(alarm);
		return error;
	}
	alarm->executor = executor;
	alarm->class = class;
	alarm->user = user;
	alarm->job.run = do_as_wished;
	pthread_mutex_init(&alarm->lock, NULL);
	pthread_cond_init(&alarm->quiet, NULL);
	timer_init(&alarm->timer, executor, class->name, fire, alarm);
	*ret_alarm = alarm;
	return 0;
}

void alarm_set(struct alarm *alarm, uint64_t delay_ns)
{
	uint64_t now_ns = executor_clock_ns();

	pthread_mutex_lock(&alarm->lock);
	alarm->is_set = true;
	alarm->deadline_ns = delay_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + delay_ns;
	post(alarm);
	pthread_mutex_unlock(&alarm->lock);
}

static void await_quiet(struct alarm *alarm)
{
	if (!alarm->rings || executor_is_current(alarm->executor))
		return;
	track_block(track_timer(&alarm->timer), "the end of its ring");
	while (alarm->rings)
		pthread_cond_wait(&alarm->quiet, &alarm->lock);
	track_unblock(track_timer(&alarm->timer));
}

void alarm_stop(struct alarm *alarm)
{
	pthread_mutex_lock(&alarm->lock);
	if (alarm->is_set) {
		alarm->is_set = false;
		post(alarm);
	}
	if (fault_on(FAULT_TIMER_STOP_OWN_LOCK))
		await_quiet(alarm);
	pthread_mutex_unlock(&alarm->lock);
}

void alarm_destroy(struct alarm *alarm)
{
	if (!alarm)
		return;
	alarm_stop(alarm);
	object_release(&alarm->object, "owner");
}
