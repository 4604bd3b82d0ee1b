/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <pthread.h>
#include <run/callback.h>
#include <stdatomic.h>

static struct callback slot;

typedef void (*number_fn)(int number, void *user);

struct seen {
	int calls, number;
};

static void see(int number, void *user)
{
	struct seen *seen = user;

	seen->calls++;
	seen->number = number;
}

static void fire(int number)
{
	callback_fire(&slot, number_fn, number);
}

static void set(number_fn fn, void *user)
{
	callback_set(&slot, (callback_fn)fn, user);
}

Test(callback, a_persistent_one_is_called_each_time_with_its_data)
{
	struct seen seen = {0}, other = {0};

	callback_init(&slot, "slot", CALLBACK_PERSISTENT, track_nobody());
	fire(1);
	set(see, &seen);
	fire(2);
	fire(3);
	cr_expect_eq(seen.calls, 2);
	cr_expect_eq(seen.number, 3);
	set(see, &other);
	fire(4);
	callback_reset(&slot);
	fire(5);
	cr_expect_eq(seen.calls, 2);
	cr_expect_eq(other.calls, 1);
	cr_expect_eq(callback_unfired(), 0);
	callback_finish(&slot);
}

Test(callback, a_one_shot_is_called_once_and_counts_while_it_waits)
{
	struct seen seen = {0};

	callback_init(&slot, "slot", CALLBACK_ONE_SHOT, track_nobody());
	cr_expect_eq(callback_unfired(), 0);
	set(see, &seen);
	cr_expect_eq(callback_unfired(), 1);
	set(see, &seen);
	cr_expect_eq(callback_unfired(), 1);
	fire(1);
	cr_expect_eq(callback_unfired(), 0);
	fire(2);
	cr_expect_eq(seen.calls, 1);
	set(see, &seen);
	callback_reset(&slot);
	cr_expect_eq(callback_unfired(), 0);
	set(see, &seen);
	callback_drop(&slot);
	cr_expect_eq(callback_unfired(), 0);
	fire(3);
	set(see, &seen);
	callback_finish(&slot);
	cr_expect_eq(callback_unfired(), 0);
	cr_expect_eq(seen.calls, 1);
}

static void set_again(int number, void *user)
{
	cr_expect_eq(callback_unfired(), 0, "it was taken out before the call");
	set(see, user);
	cr_expect_eq(callback_unfired(), 1);
	(void)number;
}

Test(callback, a_one_shot_can_be_set_from_within_its_call)
{
	struct seen seen = {0};

	callback_init(&slot, "slot", CALLBACK_ONE_SHOT, track_nobody());
	set(set_again, &seen);
	fire(1);
	cr_expect_eq(seen.calls, 0);
	fire(2);
	cr_expect_eq(seen.calls, 1);
	cr_expect_eq(callback_unfired(), 0);
	callback_finish(&slot);
}

static void reset_itself(int number, void *user)
{
	see(number, user);
	callback_reset(&slot);
}

Test(callback, one_can_be_reset_from_within_its_call)
{
	struct seen seen = {0};

	callback_init(&slot, "slot", CALLBACK_PERSISTENT, track_nobody());
	set(reset_itself, &seen);
	fire(1);
	fire(2);
	cr_expect_eq(seen.calls, 1);
	callback_finish(&slot);
}

/* A call that lasts until it is let go, and a thread that resets the slot meanwhile. */
struct long_call {
	sem_t entered, leave;
	atomic_bool left;
};

static void last(int number, void *user)
{
	struct long_call *call = user;

	(void)number;
	sem_post(&call->entered);
	cr_assert(await(&call->leave));
	atomic_store(&call->left, true);
}

static void *fire_there(void *user)
{
	fire(0);
	return user;
}

struct resetting {
	struct long_call *call;
	sem_t over;
	bool waited;
};

static void *reset_there(void *user)
{
	struct resetting *resetting = user;

	callback_reset(&slot);
	resetting->waited = atomic_load(&resetting->call->left);
	sem_post(&resetting->over);
	return NULL;
}

Test(callback, a_reset_on_another_thread_waits_for_the_running_call)
{
	struct long_call call = {0};
	struct resetting resetting = {.call = &call};
	pthread_t firing, waiting;

	sem_init(&call.entered, 0, 0);
	sem_init(&call.leave, 0, 0);
	sem_init(&resetting.over, 0, 0);
	callback_init(&slot, "slot", CALLBACK_PERSISTENT, track_nobody());
	set(last, &call);
	cr_assert_eq(pthread_create(&firing, NULL, fire_there, NULL), 0);
	cr_assert(await(&call.entered));
	cr_assert_eq(pthread_create(&waiting, NULL, reset_there, &resetting), 0);
	/* A reset that does not wait would be over by now. */
	cr_expect_not(await_within(&resetting.over, 50));
	sem_post(&call.leave);
	cr_assert(await(&resetting.over));
	cr_expect(resetting.waited);
	pthread_join(firing, NULL);
	pthread_join(waiting, NULL);
	callback_finish(&slot);
}
