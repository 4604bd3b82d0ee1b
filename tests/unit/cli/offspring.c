/* SPDX-License-Identifier: Apache-2.0 */
#include "offspring.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that starts one of its own, tells its pid, and waits for a signal as that one does. */
static int32_t start_two(bool deaf, int32_t *ret_grandchild)
{
	int ends[2];
	int32_t child;

	cr_assert_eq(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		int32_t grandchild;

		signal(SIGTERM, deaf ? SIG_IGN : SIG_DFL);
		grandchild = fork();
		if (grandchild && write(ends[1], &grandchild, sizeof(grandchild)) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	cr_assert_eq(read(ends[0], ret_grandchild, sizeof(*ret_grandchild)),
		     (ssize_t)sizeof(*ret_grandchild));
	close(ends[0]);
	close(ends[1]);
	return child;
}

static int end_of(int32_t pid)
{
	int status = 0;

	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* What is left of a process below us when its parent is gone comes to us. */
static void adopt(void)
{
	cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

TestSuite(offspring, .init = adopt, .timeout = 60);

Test(offspring, what_is_below_is_ended_though_its_parent_is_gone)
{
	struct offspring offspring = {0};
	int32_t grandchild, child = start_two(false, &grandchild);

	offspring_add_below(&offspring, child);
	cr_assert_eq(offspring.count, 1);
	cr_expect_eq(offspring.members[0].pid, grandchild);
	kill(child, SIGKILL);
	cr_expect_eq(end_of(child), SIGKILL);
	cr_expect_eq(offspring_end(&offspring, true), 1);
	cr_expect_eq(end_of(grandchild), SIGTERM);
	offspring_finish(&offspring);
}

Test(offspring, what_ignores_sigterm_ends_by_sigkill)
{
	struct offspring offspring = {0};
	int32_t grandchild, child = start_two(true, &grandchild);

	offspring_add_below(&offspring, getpid());
	cr_expect_eq(offspring.count, 2, "child and grandchild");
	cr_expect_eq(offspring_end(&offspring, true), 2);
	cr_expect_eq(end_of(child), SIGKILL);
	cr_expect_eq(end_of(grandchild), SIGKILL);
	offspring_finish(&offspring);
}

Test(offspring, others_are_left_alone)
{
	struct offspring offspring = {0};
	int32_t grandchild, other, child = start_two(false, &grandchild);
	int32_t stranger = start_two(false, &other);

	offspring_add_below(&offspring, child);
	cr_expect_eq(offspring_end(&offspring, false), 1);
	cr_expect_eq(waitpid(child, NULL, WNOHANG), 0);
	cr_expect_eq(waitpid(stranger, NULL, WNOHANG), 0);
	kill(other, SIGTERM);
	kill(stranger, SIGTERM);
	cr_expect_eq(end_of(stranger), SIGTERM, "no signal but the last one had come");
	kill(child, SIGKILL);
	end_of(child);
	offspring_finish(&offspring);
}

Test(offspring, what_has_ended_already_is_not_counted)
{
	struct offspring offspring = {0};
	int32_t grandchild, child = start_two(false, &grandchild);

	offspring_add_below(&offspring, child);
	kill(grandchild, SIGKILL);
	kill(child, SIGKILL);
	end_of(child);
	end_of(grandchild);
	cr_expect_eq(offspring_end(&offspring, true), 0);
	offspring_finish(&offspring);
}

Test(offspring, a_folder_without_spools_records_nobody)
{
	struct offspring offspring = {0};

	offspring_add_recorded(&offspring, "/nowhere", 0);
	offspring_add_recorded(&offspring, "/tmp", 0);
	cr_expect_eq(offspring.count, 0);
	offspring_finish(&offspring);
}
