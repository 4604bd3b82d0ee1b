/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Callbacks called again and again, in order and then too late:
 *   annotated_late MODE   prints what a report must count
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <track/track.h>

enum { CONNECTIONS = 200, IN_ORDER = 100, LATE = 10, MANY = 2000, THREADS = 5 };

static char scopes[CONNECTIONS], callbacks[CONNECTIONS], object, task;
static int destroyed; /* scopes, by the main thread */
static int served;    /* callbacks, by the other one */
static int in_order;  /* of the one that it serves */

static void call(int i)
{
	track_callback_enter(&callbacks[i]);
	track_callback_leave(&callbacks[i]);
}

static void call_often(int i, int times)
{
	for (int k = 0; k < times; k++)
		call(i);
}

static void open_scope(int i)
{
	track_scope_open(&scopes[i], "Connection", TRACK_QUIET);
}

static void open_with_callback(int i)
{
	open_scope(i);
	track_callback_arm(&callbacks[i], "onMessage", 0);
	track_own(track_scope(&scopes[i]), track_callback(&callbacks[i]));
}

/* A new one at the same address is not the old one, that the callback belongs to. */
static int reopened(void)
{
	open_with_callback(0);
	call_often(0, IN_ORDER);
	track_scope_open(&scopes[0], "Other", 0);
	call_often(0, LATE);
	return LATE;
}

/* What it belongs to is handed over to what is closed already. */
static int handed_over(void)
{
	track_callback_arm(&callbacks[0], "onMessage", 0);
	track_object_create(&object, "Channel");
	track_own(track_object(&object), track_callback(&callbacks[0]));
	open_scope(1);
	track_scope_close(&scopes[1]);
	track_scope_closed(&scopes[1]);
	call_often(0, IN_ORDER);
	track_own(track_scope(&scopes[1]), track_object(&object));
	call_often(0, LATE);
	return LATE;
}

static int task_handed_over(void)
{
	track_callback_arm(&callbacks[0], "onMessage", 0);
	track_task_spawn(&task, "reader");
	track_own(track_task(&task), track_callback(&callbacks[0]));
	open_scope(1);
	track_scope_close(&scopes[1]);
	track_scope_closed(&scopes[1]);
	call_often(0, IN_ORDER);
	track_own(track_scope(&scopes[1]), track_task(&task));
	call_often(0, LATE);
	track_task_done(&task);
	return LATE;
}

static void *call_late(void *arg)
{
	call_often(0, MANY);
	return arg;
}

/* What a thread has left out when it ends, it tells. */
static int short_threads(void)
{
	open_with_callback(0);
	track_scope_destroy(&scopes[0]);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, call_late, NULL))
			return -1;
		pthread_join(thread, NULL);
	}
	call_often(0, MANY);
	return (THREADS + 1) * MANY;
}

static int closing(void)
{
	open_with_callback(0);
	call_often(0, IN_ORDER);
	track_scope_close(&scopes[0]);
	call(0);
	track_scope_closed(&scopes[0]);
	call_often(0, LATE);
	return LATE;
}

/* Most of them have no record. The last one tells of the others. */
static int many(void)
{
	open_with_callback(0);
	call_often(0, MANY);
	track_scope_destroy(&scopes[0]);
	call_often(0, MANY);
	track_callback_release(&callbacks[0]);
	call(0);
	return MANY + 1;
}

static void *serve(void *arg)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		while (__atomic_load_n(&destroyed, __ATOMIC_ACQUIRE) <= i) {
			call(i);
			__atomic_add_fetch(&in_order, 1, __ATOMIC_RELAXED);
		}
		__atomic_store_n(&in_order, 0, __ATOMIC_RELAXED);
		call_often(i, LATE);
		__atomic_store_n(&served, i + 1, __ATOMIC_RELEASE);
	}
	return arg;
}

/* Another thread calls while the scope ends: which of these calls are late is not told here, that
 * each callback has some is. */
static int each(void)
{
	pthread_t thread;
	for (int i = 0; i < CONNECTIONS; i++)
		open_with_callback(i);
	if (pthread_create(&thread, NULL, serve, NULL))
		return -1;
	for (int i = 0; i < CONNECTIONS; i++) {
		while (__atomic_load_n(&in_order, __ATOMIC_RELAXED) < IN_ORDER)
			;
		track_scope_destroy(&scopes[i]);
		__atomic_store_n(&destroyed, i + 1, __ATOMIC_RELEASE);
		while (__atomic_load_n(&served, __ATOMIC_ACQUIRE) <= i)
			;
	}
	pthread_join(thread, NULL);
	return CONNECTIONS;
}

static const struct {
	const char *name;
	int (*run)(void);
} modes[] = {
	{"reopened", reopened},
	{"handed-over", handed_over},
	{"task-handed-over", task_handed_over},
	{"closing", closing},
	{"many", many},
	{"short-threads", short_threads},
	{"each", each},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(modes) / sizeof(*modes); i++) {
		if (strcmp(modes[i].name, argv[1]) != 0)
			continue;
		printf("%d\n", modes[i].run());
		return 0;
	}
	return 2;
}
