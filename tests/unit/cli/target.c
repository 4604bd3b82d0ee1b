/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static enum target_trouble trouble_of(int32_t pid)
{
	struct target target;

	target_look(pid, &target);
	return target.trouble;
}

static pid_t start(char *const argv[])
{
	int ready[2];
	char byte;
	pid_t pid;

	cr_assert_eq(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	/* The exec closes the other end. */
	close(ready[1]);
	cr_assert_eq(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	return pid;
}

Test(target, a_process_that_runs_is_fine_and_is_named)
{
	pid_t pid = start((char *[]){"/bin/sleep", "60", NULL});
	struct target target;

	target_look(pid, &target);
	kill(pid, SIGKILL);
	cr_expect_eq(target.trouble, TARGET_FINE);
	cr_expect_str_eq(target.command, "/bin/sleep 60");
	cr_expect(strcmp(target.name, "sleep") == 0 || strcmp(target.name, "busybox") == 0 ||
			  strcmp(target.name, "coreutils") == 0,
		  "%s", target.name);
	cr_expect_not(target.has_shim);
	waitpid(pid, NULL, 0);
}

Test(target, one_that_ended_and_was_not_waited_for_is_over_and_then_gone)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	cr_expect_eq(trouble_of(pid), TARGET_OVER);
	waitpid(pid, NULL, 0);
	cr_expect_eq(trouble_of(pid), TARGET_GONE);
}

Test(target, we_are_none)
{
	cr_expect_eq(trouble_of(getpid()), TARGET_OURSELVES);
}

static void *tell_tid(void *fds)
{
	pid_t tid = gettid();
	char byte;

	cr_assert_eq(write(((int *)fds)[1], &tid, sizeof(tid)), (ssize_t)sizeof(tid));
	return (void *)read(((int *)fds)[2], &byte, 1);
}

Test(target, a_thread_is_none)
{
	int fds[4];
	pthread_t thread;
	pid_t tid;

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(pipe(fds + 2), 0);
	cr_assert_eq(pthread_create(&thread, NULL, tell_tid, fds), 0);
	cr_assert_eq(read(fds[0], &tid, sizeof(tid)), (ssize_t)sizeof(tid));
	cr_expect_eq(trouble_of(tid), TARGET_THREAD);
	close(fds[3]);
	pthread_join(thread, NULL);
}

Test(target, each_trouble_has_its_words)
{
	for (int trouble = TARGET_FINE + 1; trouble < TARGET__COUNT; trouble++)
		cr_expect_not_null(target_trouble_text(trouble));
	cr_expect_null(target_trouble_text(TARGET_FINE));
}
