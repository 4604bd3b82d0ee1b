/* SPDX-License-Identifier: Apache-2.0 */
#include "attached.h"

#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MINUTE_MS = 60000 };

static pid_t start_waiting(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	cr_assert_gt(pid, 0);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int watch(struct attached *attached)
{
	int r;

	do
		r = attached_step(attached, MINUTE_MS);
	while (r == 0);
	return r;
}

Test(attached, it_is_over_with_the_last_of_them, .timeout = 60)
{
	int32_t pids[] = {start_waiting(), start_waiting()};
	struct attached attached;

	cr_assert_eq(attached_begin(pids, 2, &attached), 0);
	cr_expect_eq(attached_step(&attached, 0), 0);
	end(pids[1]);
	while (attached.pid_fds[1] >= 0)
		cr_expect_eq(attached_step(&attached, MINUTE_MS), 0, "one of two lives");
	end(pids[0]);
	cr_expect_eq(watch(&attached), 1);
	attached_finish(&attached);
}

Test(attached, a_signal_to_us_ends_the_watch_and_not_the_process, .timeout = 60)
{
	int32_t pid = start_waiting();
	struct attached attached;

	cr_assert_eq(attached_begin(&pid, 1, &attached), 0);
	kill(getpid(), SIGINT);
	cr_expect_eq(watch(&attached), 1);
	cr_expect_eq(waitpid(pid, NULL, WNOHANG), 0);
	attached_finish(&attached);
	end(pid);
}

Test(attached, so_does_its_time, .timeout = 60)
{
	int32_t pid = start_waiting();
	struct attached attached;
	int r;

	cr_assert_eq(attached_begin(&pid, 1, &attached), 0);
	attached_limit(&attached, 1000000);
	do
		r = attached_step(&attached, 1);
	while (r == 0);
	cr_expect_eq(r, 1);
	attached_finish(&attached);
	end(pid);
}

Test(attached, what_is_readable_wakes_it, .timeout = 60)
{
	int32_t pid = start_waiting();
	struct attached attached;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(attached_begin(&pid, 1, &attached), 0);
	attached.wake_fd = fds[0];
	cr_assert_eq(write(fds[1], "", 1), 1);
	cr_expect_eq(attached_step(&attached, MINUTE_MS), 0);
	attached_finish(&attached);
	end(pid);
}

Test(attached, without_any_process_it_goes_on_until_a_signal, .timeout = 60)
{
	struct attached attached;

	cr_assert_eq(attached_begin(NULL, 0, &attached), 0);
	cr_expect_eq(attached_step(&attached, 1), 0);
	kill(getpid(), SIGTERM);
	cr_expect_eq(watch(&attached), 1);
	attached_finish(&attached);
}
