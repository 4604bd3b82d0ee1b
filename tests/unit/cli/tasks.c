/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_barrier_t step;

/* A name with what separates fields where it is read. */
static void *stay(void *unused)
{
	pthread_setname_np(pthread_self(), "a) R (b");
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	return unused;
}

Test(tasks, every_thread_is_listed_by_its_name)
{
	struct report_task *tasks;
	pthread_t thread;
	size_t count;

	pthread_barrier_init(&step, NULL, 2);
	cr_assert_eq(pthread_create(&thread, NULL, stay, NULL), 0);
	pthread_barrier_wait(&step);
	cr_assert_eq(tasks_list(getpid(), &tasks, &count), 0);
	pthread_barrier_wait(&step);
	pthread_join(thread, NULL);
	cr_assert_geq(count, 2);
	cr_expect_eq(tasks[0].tid, (uint32_t)getpid(), "the first one has the least id");
	cr_expect_eq(tasks[0].state, 'R');
	cr_expect_str_eq(tasks[count - 1].name, "a) R (b", "and the youngest the greatest");
	free(tasks);
}

Test(tasks, a_process_that_is_gone_has_none)
{
	struct report_task *tasks;
	size_t count;

	cr_expect_eq(tasks_list(INT32_MAX, &tasks, &count), -ENOENT);
}

Test(tasks, what_a_process_forked_is_listed_children_first)
{
	struct report_task tasks[8];
	size_t count = 0;
	int ends[2];
	char byte;
	pid_t child;

	cr_assert_eq(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			pause();
		cr_assert_eq(write(ends[1], "", 1), 1);
		pause();
	}
	cr_assert_eq(read(ends[0], &byte, 1), 1);
	count = tasks_descendants(getpid(), tasks, 8);
	cr_expect_eq(count, 2);
	cr_expect_eq(tasks[0].tid, (uint32_t)child);
	cr_expect_eq(tasks_descendants(getpid(), tasks + 2, 1), 1, "no more than there is room");
	for (size_t i = count; i > 0; i--)
		kill((pid_t)tasks[i - 1].tid, SIGKILL);
	waitpid(child, NULL, 0);
}
