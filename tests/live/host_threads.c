/* SPDX-License-Identifier: Apache-2.0 */
/* Programs with threads. */
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#define THREADS 64
#define PAIRS 500

static void *open_and_close(void *arg)
{
	for (int i = 0; i < PAIRS; i++)
		host_close(host_open());
	return arg;
}

static int many_threads(void)
{
	pthread_t threads[THREADS];
	for (int i = 0; i < THREADS; i++)
		host_check(!pthread_create(&threads[i], NULL, open_and_close, NULL), "no thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	host_account();
	return 0;
}

static void *open_one(void *ret_fd)
{
	*(int *)ret_fd = host_open();
	return NULL;
}

/* Threads one after the other: one segment serves them all. */
static int short_threads(void)
{
	for (int i = 0; i < 2000; i++) {
		pthread_t thread;
		int fd;
		host_check(!pthread_create(&thread, NULL, open_one, &fd), "no thread");
		pthread_join(thread, NULL);
		host_close(fd);
	}
	host_account();
	return 0;
}

static void *name_and_leave(void *arg)
{
	pthread_setname_np(pthread_self(), arg);
	return arg;
}

static sem_t begun;

static void *sleep_on(void *arg)
{
	sem_post(&begun);
	pause();
	return arg;
}

static int threads_alive(void)
{
	DIR *folder = opendir("/proc/self/task");
	int count = -2; /* . and .. */
	host_check(folder, "no /proc/self/task");
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* One joined, one detached, one that ended and was forgotten, one that lives on. */
static int forgotten_threads(void)
{
	pthread_t joined = 0, detached = 0, forgotten = 0, living = 0;
	sem_init(&begun, 0, 0);
	host_check(!pthread_create(&joined, NULL, name_and_leave, "joined") &&
			   !pthread_create(&detached, NULL, name_and_leave, "detached") &&
			   !pthread_create(&forgotten, NULL, name_and_leave, "forgotten") &&
			   !pthread_create(&living, NULL, sleep_on, NULL),
		   "no thread");
	host_check(pthread_tryjoin_np(living, NULL) == EBUSY, "tryjoin should be busy");
	pthread_join(joined, NULL);
	pthread_detach(detached);
	sem_wait(&begun);
	while (threads_alive() > 2) /* this one and the living one */
		usleep(1000);
	host_account();
	return 0;
}

/* A thread on the smallest stack: no room to unwind, no crash. */
static int small_stack(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	pthread_attr_init(&attr);
	host_check(!pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN), "no small stack");
	host_check(!pthread_create(&thread, &attr, open_and_close, NULL), "no thread");
	pthread_join(thread, NULL);
	host_account();
	return 0;
}

static int open_one_more(void *arg)
{
	(void)arg;
	host_open();
	return 5;
}

/* Threads as C11 has them. */
static int c11_threads(void)
{
	thrd_t joined, forgotten, detached;
	int value;
	host_check(thrd_create(&joined, open_one_more, NULL) == thrd_success &&
			   thrd_create(&forgotten, open_one_more, NULL) == thrd_success &&
			   thrd_create(&detached, open_one_more, NULL) == thrd_success &&
			   thrd_detach(detached) == thrd_success,
		   "no thread");
	host_check(thrd_join(joined, &value) == thrd_success && value == 5, "thrd_join() failed");
	while (threads_alive() > 1)
		usleep(1000);
	host_account();
	return 0;
}

static void close_late(void *fd)
{
	host_close((int)(intptr_t)fd);
}

static pthread_key_t late_key;

static void *open_and_leave(void *arg)
{
	pthread_setspecific(late_key, (void *)(intptr_t)host_open());
	return arg;
}

/* A destructor that closes at the thread's very end. */
static int late_destructor(void)
{
	pthread_key_create(&late_key, close_late);
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		host_check(!pthread_create(&thread, NULL, open_and_leave, NULL), "no thread");
		pthread_join(thread, NULL);
	}
	host_account();
	return 0;
}

static volatile int stop;

static void *busy(void *arg)
{
	while (!stop)
		host_close(host_open());
	return arg;
}

/* Forks while other threads are inside the unwinder: no child may hang on its locks. */
static int forks_under_load(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		host_check(!pthread_create(&threads[i], NULL, busy, NULL), "no thread");
	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();
		if (!pid) {
			close(socket(AF_INET, SOCK_DGRAM, 0));
			_exit(0);
		}
		int status;
		host_check(waitpid(pid, &status, 0) == pid && !status, "a child failed");
	}
	stop = 1;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	host_count(100, 100);
	host_account();
	return 0;
}

const struct host host_threads[] = {
	{"threads", many_threads, "64 threads opening and closing"},
	{"short-threads", short_threads, "2000 threads one after the other"},
	{"forgotten-threads", forgotten_threads, "threads joined, detached, forgotten, living"},
	{"c11-threads", c11_threads, "threads as C11 has them, one forgotten"},
	{"small-stack", small_stack, "a thread on the smallest stack"},
	{"late-destructor", late_destructor, "a thread-specific destructor that closes"},
	{"fork-under-load", forks_under_load, "forks while threads unwind"},
	{0},
};
