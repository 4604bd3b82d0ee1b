/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <run/library.h>
#include <run/object.h>
#include <run/pool.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Threads that can still be started; those of a system are many. */
static atomic_int threads_left = INT_MAX;

int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*run)(void *),
		   void *user)
{
	static int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (!create)
		create = (__typeof__(create))dlsym(RTLD_NEXT, "pthread_create");
	if (atomic_fetch_sub(&threads_left, 1) <= 0)
		return EAGAIN;
	return create(ret_thread, attributes, run, user);
}

static void destroy(struct object *object)
{
	free(object);
}

static const struct object_class class = {.name = "thing", .destroy = destroy};

static struct object *create(void)
{
	struct object *object = malloc(sizeof(*object));

	cr_assert_not_null(object);
	cr_assert_eq(object_init(object, &class, "user"), 0);
	return object;
}

static struct library_counts count(void)
{
	struct library_counts counts;

	library_count(&counts);
	return counts;
}

Test(library, it_starts_as_many_threads_as_asked_for)
{
	struct library_options options = {.executors = 3, .workers = 5};
	struct executor *first;

	cr_assert_eq(library_start(&options), 0);
	cr_expect_eq(count().threads, 3 + 5 + 1);
	first = library_executor();
	cr_expect_neq(library_executor(), first);
	cr_expect_neq(library_executor(), first);
	cr_expect_eq(library_executor(), first);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

Test(library, there_are_two_workers_at_least)
{
	struct library_options options = {.executors = 1, .workers = 1};

	cr_assert_eq(library_start(&options), 0);
	cr_expect_eq(count().threads, 1 + 2 + 1);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

static void get_name(void *user)
{
	pthread_getname_np(pthread_self(), user, 16);
}

Test(library, its_threads_have_names)
{
	struct library_options options = {.executors = 1};
	char name[16];

	cr_assert_eq(library_start(&options), 0);
	run_on(library_executor(), get_name, name);
	cr_expect_str_eq(name, "dc executor 0");
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

Test(library, the_first_object_starts_it_and_cleanup_leaves_nothing)
{
	unsigned fds = count_fds(), threads = entries("/proc/self/task");

	cr_expect_eq(library_cleanup(0), 0, "nothing runs");
	for (int i = 0; i < 20; i++) {
		struct object *object = create();

		cr_expect_gt(count().threads, 3);
		cr_expect_eq(count().objects, 1);
		object_release(object, "user");
		cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
		cr_expect_eq(count().threads, 0);
		cr_expect_eq(count().objects, 0);
		cr_expect_eq(count_fds(), fds);
		cr_expect_eq(threads_settled(threads), threads);
	}
}

Test(library, where_a_thread_cannot_be_started_nothing_is_left)
{
	struct library_options options = {.executors = 2, .workers = 3};
	unsigned fds = count_fds(), threads = entries("/proc/self/task");
	struct object object;

	for (int i = 0; i < 2 + 3 + 1; i++) {
		atomic_store(&threads_left, i);
		cr_expect_eq(library_start(&options), -EAGAIN);
		cr_expect_eq(count().threads, 0);
		cr_expect_eq(count_fds(), fds);
		cr_expect_eq(threads_settled(threads), threads);
	}
	atomic_store(&threads_left, 0);
	cr_expect_eq(object_init(&object, &class, "user"), -EAGAIN);
	cr_expect_eq(count().objects, 0);
	atomic_store(&threads_left, INT_MAX);
	cr_expect_eq(library_start(&options), 0);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

Test(library, where_no_thread_can_be_started_to_clean_up_who_waits_does_it)
{
	unsigned fds = count_fds();
	struct object *object = create();
	struct object next;

	cr_expect_eq(library_cleanup(0), -ETIMEDOUT);
	atomic_store(&threads_left, 0);
	object_release(object, "user");
	cr_expect_eq(object_init(&next, &class, "user"), -EBUSY);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
	cr_expect_eq(count().threads, 0);
	cr_expect_eq(count_fds(), fds);
	atomic_store(&threads_left, INT_MAX);
	object_release(create(), "user");
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

Test(library, where_no_descriptor_is_left_it_does_not_start)
{
	struct rlimit before, none;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){0, before.rlim_max};
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	cr_expect_eq(library_start(NULL), -EMFILE);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	cr_expect_eq(count().threads, 0);
	cr_expect_eq(library_cleanup(0), 0);
}

Test(library, it_runs_on_without_objects_until_cleanup)
{
	object_release(create(), "user");
	cr_expect_gt(count().threads, 3);
	object_release(create(), "user");
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

Test(library, a_cleanup_that_timed_out_goes_on_when_the_last_object_is_gone)
{
	unsigned threads = entries("/proc/self/task"), fds = count_fds();
	struct object *object = create(), *later;

	cr_expect_eq(library_cleanup(1), -ETIMEDOUT);
	cr_expect_eq(library_cleanup(0), -ETIMEDOUT);
	cr_expect_gt(count().threads, 3, "objects keep their threads");
	later = create();
	object_release(object, "user");
	cr_expect_eq(library_cleanup(1), -ETIMEDOUT);
	object_release(later, "user");
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
	cr_expect_eq(threads_settled(threads), threads);
	cr_expect_eq(count_fds(), fds);
}

/* Until the cleanup that goes on by itself is over, nothing can be started. */
Test(library, it_starts_anew_after_a_cleanup_that_nobody_waited_for)
{
	struct object *object = create();
	uint64_t begun_ns = executor_clock_ns();
	int error;

	cr_expect_eq(library_cleanup(0), -ETIMEDOUT);
	object_release(object, "user");
	do {
		error = library_start(NULL);
	} while (error == -EBUSY && executor_clock_ns() - begun_ns < AWAIT_MS * 1000000ull);
	cr_expect_eq(error, 0);
	cr_expect_gt(count().threads, 3);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

Test(library, a_start_after_a_cleanup_that_timed_out_keeps_it_running)
{
	struct object *object = create();

	cr_expect_eq(library_cleanup(0), -ETIMEDOUT);
	cr_expect_eq(library_start(NULL), 0);
	object_release(object, "user");
	cr_expect_gt(count().threads, 3);
	object_release(create(), "user");
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

static void clean_up_here(void *user)
{
	*(int *)user = library_cleanup(1000);
}

Test(library, a_cleanup_on_one_of_its_own_threads_is_refused)
{
	int error = 0;

	cr_assert_eq(library_start(NULL), 0);
	run_on(library_executor(), clean_up_here, &error);
	cr_expect_eq(error, -EDEADLK);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

struct farewell {
	struct job job;
	struct object *object;
};

static void release_there(struct job *job)
{
	struct farewell *farewell = (struct farewell *)job;

	object_release(farewell->object, "user");
	free(farewell);
}

static struct job *farewell(void)
{
	struct farewell *farewell = malloc(sizeof(*farewell));

	cr_assert_not_null(farewell);
	*farewell = (struct farewell){{NULL, release_there}, create()};
	return &farewell->job;
}

Test(library, the_last_release_may_happen_on_any_of_its_threads)
{
	for (int i = 0; i < 50; i++) {
		struct job *job = farewell();

		if (i % 2)
			executor_post(library_executor(), job);
		else
			pool_submit(library_pool(), job);
		cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
		cr_expect_eq(count().threads, 0);
	}
}

static void *release_soon(void *user)
{
	struct timespec moment = {.tv_nsec = 50000000};

	nanosleep(&moment, NULL);
	object_release(user, "user");
	return NULL;
}

Test(library, a_cleanup_without_a_limit_waits_for_the_last_object)
{
	struct object *object = create();
	pthread_t thread;

	cr_assert_eq(pthread_create(&thread, NULL, release_soon, object), 0);
	cr_expect_eq(library_cleanup(UINT_MAX), 0);
	cr_expect_eq(count().threads, 0);
	cr_expect_eq(count().objects, 0);
	pthread_join(thread, NULL);
	cr_expect_eq(library_cleanup(UINT_MAX), 0, "nothing runs");
}

static void *clean_up_there(void *user)
{
	*(int *)user = library_cleanup(CLEANUP_MS);
	return NULL;
}

Test(library, several_can_wait_for_one_cleanup)
{
	struct object *object = create();
	pthread_t threads[4];
	int errors[4];

	for (int i = 0; i < 4; i++) {
		errors[i] = 1;
		cr_assert_eq(pthread_create(&threads[i], NULL, clean_up_there, &errors[i]), 0);
	}
	object_release(object, "user");
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		cr_expect_eq(errors[i], 0);
	}
	cr_expect_eq(count().threads, 0);
}
