/* SPDX-License-Identifier: Apache-2.0 */
/* Who still uses a spool. */
#include "builder.inc.c"

#include <collect/in_use.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static char *folder;

static void begin(void)
{
	folder = builder_folder();
}

static void end(void)
{
	builder_folder_remove(folder);
}

TestSuite(in_use, .init = begin, .fini = end);

/* Whether the spool of this process is in use, once nobody has it mapped. */
static int is_used_by(pid_t pid)
{
	struct builder b = builder_open(folder, "a", pid);
	builder_close(&b);
	int fd = open(b.path, O_RDONLY | O_CLOEXEC);
	int used = spool_in_use(fd);
	close(fd);
	unlink(b.path);
	return used;
}

Test(in_use, the_living_and_not_the_dead)
{
	cr_assert(eq(int, is_used_by(getpid()), 1));
	cr_assert(eq(int, is_used_by(BUILDER_DEAD_PID), 0));
}

Test(in_use, who_has_it_mapped_for_writing)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	int fd = open(b.path, O_RDONLY | O_CLOEXEC);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno != EAGAIN)
		cr_skip_test("this file system has no leases");
	cr_assert(eq(int, spool_in_use(fd), 1));
	builder_close(&b);
	cr_assert(eq(int, spool_in_use(fd), 0));
	close(fd);
}

static void *go_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void leave_a_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, go_on, NULL))
		_exit(1);
	pthread_exit(NULL);
}

static char state_of(pid_t pid)
{
	char path[64], state = '?';

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (file)
		fclose(file);
	return state;
}

/* Where the main thread ended first, the process is shown as a zombie. */
Test(in_use, a_process_whose_main_thread_ended)
{
	pid_t child = fork();

	if (!child)
		leave_a_thread();
	while (state_of(child) != 'Z')
		usleep(1000);
	int used = is_used_by(child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	cr_assert(eq(int, used, 1));
}

Test(in_use, a_file_of_something_else_is_refused)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	cr_assert(eq(int, spool_in_use(fd), -EBADMSG));
	close(fd);
}
