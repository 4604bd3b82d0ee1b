/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <pthread.h>
#include <run/library.h>
#include <run/object.h>
#include <run/task.h>
#include <string.h>

static struct executor *executor;

static void begin(void)
{
	cr_assert_eq(library_start(NULL), 0);
	executor = library_executor();
}

static void end(void)
{
	struct library_counts counts;

	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
	library_count(&counts);
	cr_expect_eq(counts.objects, 0);
	cr_expect_eq(counts.tasks_pending, 0);
}

TestSuite(task, .init = begin);

struct counter {
	struct task *task, *other;
	unsigned polls, drops, enough; /* polls until it is done; 0: never */
	unsigned drops_in_poll;
	bool cancels_itself, wakes_itself, cancels_other;
	sem_t polled, dropped;
};

static enum task_state count_poll(struct task *task, void *state)
{
	struct counter *counter = state;
	bool enough = ++counter->polls == counter->enough;

	if (counter->wakes_itself)
		task_wake(task);
	if (counter->cancels_itself)
		task_cancel(counter->task);
	if (counter->cancels_other)
		task_cancel(counter->other);
	counter->drops_in_poll = counter->drops;
	sem_post(&counter->polled);
	return enough ? TASK_DONE : TASK_PENDING;
}

static void count_drop(void *state)
{
	struct counter *counter = state;

	counter->drops++;
	sem_post(&counter->dropped);
}

static const struct task_class counter_class = {
	.name = "counter",
	.poll = count_poll,
	.drop = count_drop,
};

static void prepare(struct counter *counter)
{
	*counter = (struct counter){0};
	sem_init(&counter->polled, 0, 0);
	sem_init(&counter->dropped, 0, 0);
}

static void spawn(struct counter *counter)
{
	cr_assert_eq(task_spawn(executor, &counter_class, counter, &counter->task), 0);
	cr_assert(await(&counter->polled));
}

static void cancel(void *user)
{
	struct counter *counter = user;

	task_cancel(counter->task);
}

static void settle(void)
{
	run_on(executor, nothing, NULL);
	run_on(executor, nothing, NULL);
}

static unsigned pending(void)
{
	struct library_counts counts;

	library_count(&counts);
	return counts.tasks_pending;
}

Test(task, it_is_polled_when_spawned_and_after_each_wake_until_it_is_done)
{
	struct counter counter;

	prepare(&counter);
	counter.enough = 3;
	spawn(&counter);
	settle();
	cr_expect_eq(counter.polls, 1);
	cr_expect_eq(pending(), 1);
	task_wake(counter.task);
	cr_assert(await(&counter.polled));
	cr_expect_eq(counter.drops_in_poll, 0);
	task_wake(counter.task);
	cr_assert(await(&counter.dropped));
	settle();
	cr_expect_eq(counter.polls, 3);
	cr_expect_eq(counter.drops, 1);
	cr_expect_eq(pending(), 0);

	task_wake(counter.task);
	settle();
	cr_expect_eq(counter.polls, 3, "it is over");
	task_release(counter.task, "owner");
	end();
}

static void wake_thrice(void *user)
{
	struct counter *counter = user;

	for (int i = 0; i < 3; i++)
		task_wake(counter->task);
}

Test(task, several_wakes_before_a_poll_are_one)
{
	struct counter counter;

	prepare(&counter);
	spawn(&counter);
	run_on(executor, wake_thrice, &counter);
	cr_assert(await(&counter.polled));
	settle();
	cr_expect_eq(counter.polls, 2);
	run_on(executor, cancel, &counter);
	end();
}

static void cancel_and_look(void *user)
{
	struct counter *counter = user;

	task_cancel(counter->task);
	cr_expect_eq(counter->drops, 1);
}

Test(task, cancelled_from_outside_it_is_dropped_at_once)
{
	struct counter counter;

	prepare(&counter);
	spawn(&counter);
	run_on(executor, cancel_and_look, &counter);
	settle();
	cr_expect_eq(counter.polls, 1);
	cr_expect_eq(counter.drops, 1);
	cr_expect_eq(pending(), 0);
	end();
}

static void wake_and_cancel(void *user)
{
	struct counter *counter = user;

	task_wake(counter->task);
	task_cancel(counter->task);
}

Test(task, one_that_is_woken_and_cancelled_is_not_polled)
{
	struct counter counter;

	prepare(&counter);
	spawn(&counter);
	run_on(executor, wake_and_cancel, &counter);
	settle();
	cr_expect_eq(counter.polls, 1);
	cr_expect_eq(counter.drops, 1);
	end();
}

static void spawn_self_cancelling(struct counter *counter)
{
	prepare(counter);
	counter->cancels_itself = true;
	spawn(counter);
	cr_assert(await(&counter->dropped));
	settle();
}

Test(task, cancelled_within_its_poll_it_is_dropped_right_after)
{
	struct counter counter;

	spawn_self_cancelling(&counter);
	cr_expect_eq(counter.drops_in_poll, 0);
	cr_expect_eq(counter.drops, 1);
	cr_expect_eq(counter.polls, 1);
	end();
}

Test(task, cancelled_within_its_poll_and_done_it_is_dropped_once)
{
	struct counter counter;

	prepare(&counter);
	counter.cancels_itself = true;
	counter.wakes_itself = true;
	counter.enough = 1;
	spawn(&counter);
	cr_assert(await(&counter.dropped));
	settle();
	cr_expect_eq(counter.drops, 1);
	cr_expect_eq(counter.polls, 1);
	end();
}

Test(task, one_that_is_done_can_be_cancelled_as_well)
{
	struct counter counter;

	prepare(&counter);
	counter.enough = 1;
	spawn(&counter);
	cr_assert(await(&counter.dropped));
	run_on(executor, cancel, &counter);
	cr_expect_eq(counter.drops, 1);
	run_on(executor, (void (*)(void *))task_cancel, NULL);
	end();
}

Test(task, one_cancels_another_from_its_poll)
{
	struct counter counter, other;

	prepare(&other);
	spawn(&other);
	prepare(&counter);
	counter.cancels_other = true;
	counter.other = other.task;
	counter.enough = 1;
	spawn(&counter);
	settle();
	cr_expect_eq(other.drops, 1);
	cr_expect_eq(other.polls, 1);
	task_release(counter.task, "owner");
	end();
}

Test(task, one_that_wakes_itself_is_polled_again)
{
	struct counter counter;

	prepare(&counter);
	counter.wakes_itself = true;
	counter.enough = 5;
	spawn(&counter);
	cr_assert(await(&counter.dropped));
	settle();
	cr_expect_eq(counter.polls, 5);
	task_release(counter.task, "owner");
	end();
}

Test(task, without_an_owner_it_lives_until_it_is_done)
{
	struct counter counter;

	prepare(&counter);
	counter.enough = 1;
	cr_assert_eq(task_spawn(executor, &counter_class, &counter, NULL), 0);
	cr_assert(await(&counter.dropped));
	end();
}

static void count_waker(const struct object *object, void *user)
{
	for (unsigned i = 0; i < OBJECT_HOLDERS; i++) {
		if (object->holders[i].refs && !strcmp(object->holders[i].name, "waker"))
			*(unsigned *)user += object->holders[i].refs;
	}
}

static unsigned waker_references(void)
{
	unsigned count = 0;

	object_visit(count_waker, &count);
	return count;
}

Test(task, a_waker_holds_one_task_at_a_time)
{
	struct counter first, second;
	struct waker waker = {NULL};

	waker_wake(&waker);
	waker_drop(&waker);
	prepare(&first);
	prepare(&second);
	spawn(&first);
	spawn(&second);
	waker_set(&waker, first.task);
	waker_set(&waker, second.task);
	waker_set(&waker, second.task);
	cr_expect_eq(waker_references(), 1);
	waker_wake(&waker);
	cr_assert(await(&second.polled));
	settle();
	cr_expect_eq(first.polls, 1);
	cr_expect_eq(second.polls, 2);
	waker_drop(&waker);
	cr_expect_eq(waker_references(), 0);
	run_on(executor, cancel, &first);
	run_on(executor, cancel, &second);
	end();
}

Test(task, a_wake_by_one_who_outlives_its_executor_is_nothing)
{
	struct executor *own;
	struct counter counter;

	prepare(&counter);
	counter.enough = 1;
	cr_assert_eq(executor_create("own", &own), 0);
	cr_assert_eq(task_spawn(own, &counter_class, &counter, &counter.task), 0);
	cr_assert(await(&counter.dropped));
	executor_destroy(own);
	task_wake(counter.task);
	task_release(counter.task, "owner");
	end();
}
