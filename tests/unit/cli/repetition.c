/* SPDX-License-Identifier: Apache-2.0 */
#include "repetition.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NEVER UINT64_MAX

static const struct repetition_target target = {
	.program_pid = 4711, .spool_dir = "/spools", .session = 3};

static struct repetition start(const char *command, uint64_t timeout_ns)
{
	struct repetition repetition = {.command = command, .timeout_ns = timeout_ns};

	cr_assert_eq(repetition_start(&repetition, &target, 1000), 0);
	cr_assert_neq(repetition.pid, 0);
	return repetition;
}

static struct repetition play(const char *command)
{
	struct repetition repetition = start(command, NEVER);

	while (!repetition_is_over(&repetition, 1000))
		usleep(1000);
	cr_assert_eq(repetition.pid, 0);
	return repetition;
}

#define expect_said(repetition, text)                                                              \
	do {                                                                                       \
		char said[64];                                                                     \
		repetition_say(&(repetition), said, sizeof(said));                                 \
		cr_expect_str_eq(said, text);                                                      \
	} while (0)

Test(repetition, one_that_succeeds_worked)
{
	struct repetition repetition = play("true");

	cr_expect(repetition_worked(&repetition));
	cr_expect_not(repetition_is_over(&repetition, 1000), "none runs");
}

Test(repetition, it_is_told_which_program_and_which_session)
{
	struct repetition repetition =
		play("test \"$RTCTRACK_PID $RTCTRACK_SESSION $RTCTRACK_SPOOL_DIR\" = "
		     "'4711 3 /spools'");

	cr_expect(repetition_worked(&repetition));
}

Test(repetition, one_that_fails_says_how)
{
	struct repetition repetition = play("exit 5");

	cr_expect_not(repetition_worked(&repetition));
	cr_expect_not(repetition_is_none(&repetition));
	expect_said(repetition, "failed with exit code 5");
	repetition = play("kill -KILL $$");
	cr_expect_not(repetition_worked(&repetition));
	expect_said(repetition, "was ended by SIGKILL");
}

Test(repetition, a_command_that_there_is_none_of_never_works)
{
	struct repetition repetition = play("/no/such/command 2>/dev/null");

	cr_expect(repetition_is_none(&repetition));
}

Test(repetition, one_that_takes_too_long_is_ended_with_what_it_started)
{
	struct repetition repetition;
	char command[96], byte;
	int held[2];

	cr_assert_eq(pipe(held), 0);
	snprintf(command, sizeof(command),
		 "(printf r >/proc/self/fd/%d; exec sleep 1000) & exec sleep 1000", held[1]);
	repetition = start(command, 500);
	close(held[1]);
	cr_assert_eq(read(held[0], &byte, 1), 1);
	cr_expect_not(repetition_is_over(&repetition, 1499));
	cr_expect(repetition_is_over(&repetition, 1500));
	cr_expect_not(repetition_worked(&repetition));
	cr_expect_eq(repetition.pid, 0);
	expect_said(repetition, "took more than 5e-07 s");
	cr_expect_eq(read(held[0], &byte, 1), 0, "nobody has the other end any more");
	close(held[0]);
}

Test(repetition, its_input_is_empty_and_its_signals_are_not_held_back)
{
	struct repetition repetition =
		play("! read -r line && grep -q '^SigBlk:.*0000000000000000' /proc/self/status");

	cr_expect(repetition_worked(&repetition));
}
