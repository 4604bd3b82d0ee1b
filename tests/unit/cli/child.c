/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct shim_environment no_shim = {
	.first = "", .packs = "", .packs_later = "", .spool_dir = "/nowhere"};

static int run_to_end(struct child *child)
{
	int r;

	do
		r = child_step(child, 20);
	while (r == 0);
	child_finish(child);
	return r;
}

static int run(const char *script, uint64_t timeout_ns, struct child *child)
{
	char *argv[] = {"/bin/sh", "-c", (char *)script, NULL};

	cr_assert_eq(child_prepare(argv, &no_shim, timeout_ns, child), 0);
	cr_assert_eq(child_release(child), 0);
	return run_to_end(child);
}

Test(child, its_exit_code_passes_through)
{
	struct child child;

	cr_assert_eq(run("exit 7", 0, &child), 1);
	cr_expect_eq(child_exit_code(child.status), 7);
}

Test(child, death_by_a_signal_gives_128_and_its_number)
{
	struct child child;

	cr_assert_eq(run("kill -TERM $$", 0, &child), 1);
	cr_expect_eq(child_exit_code(child.status), 128 + 15);
}

Test(child, a_program_that_cannot_be_started_says_why)
{
	char *argv[] = {"/nonexistent/program", NULL};
	struct child child;

	cr_assert_eq(child_prepare(argv, &no_shim, 0, &child), 0);
	cr_expect_eq(child_release(&child), -ENOENT);
	cr_expect_eq(waitpid(child.pid, NULL, WNOHANG), -1, "it was not reaped");
}

Test(child, nothing_runs_before_its_release)
{
	char path[] = "/tmp/rtctrack-test-XXXXXX";
	int fd = mkstemp(path);
	char *argv[] = {"/bin/rm", path, NULL};
	struct child child;

	cr_assert_geq(fd, 0);
	close(fd);
	cr_assert_eq(child_prepare(argv, &no_shim, 0, &child), 0);
	child_cancel(&child);
	cr_expect_eq(access(path, F_OK), 0);
	unlink(path);
}

Test(child, a_timeout_ends_it)
{
	struct child child;

	cr_assert_eq(run("exec sleep 30", 100000000, &child), 1);
	cr_expect(child.timed_out);
	cr_expect_eq(child_exit_code(child.status), 128 + 15);
}

Test(child, it_gets_the_signals_that_others_send_us)
{
	char *argv[] = {"/bin/sh", "-c",
			"trap 'exit 9' TERM; kill -TERM $PPID; sleep 60 >/dev/null 2>&1 & wait",
			NULL};
	struct child child;

	cr_assert_eq(child_prepare(argv, &no_shim, 0, &child), 0);
	cr_assert_eq(child_release(&child), 0);
	cr_assert_eq(run_to_end(&child), 1);
	cr_expect_eq(child_exit_code(child.status), 9);
}

Test(child, a_parent_that_ignores_its_children_still_learns_the_exit_code)
{
	struct child child;

	signal(SIGCHLD, SIG_IGN);
	cr_assert_eq(run("exit 3", 0, &child), 1);
	cr_expect_eq(child_exit_code(child.status), 3);
}

Test(child, it_starts_with_the_signal_mask_that_we_had)
{
	struct child child;

	cr_assert_eq(run("grep -q '^SigBlk:.*0000000000000000' /proc/self/status", 0, &child), 1);
	cr_expect_eq(child_exit_code(child.status), 0);
}

/* One that nothing but SIGKILL ends, and that asks us to end it, as often as told. */
static void run_deaf(struct child *child, bool hangs, const char *requests)
{
	char script[256];
	char *argv[] = {"/bin/sh", "-c", script, NULL};

	snprintf(script, sizeof(script),
		 "trap '' INT TERM; for signal in %s; do kill -$signal $PPID; sleep 0.1; done; "
		 "exit 5",
		 requests);
	cr_assert_eq(child_prepare(argv, &no_shim, 0, child), 0);
	child->hangs = hangs;
	cr_assert_eq(child_release(child), 0);
	cr_assert_eq(run_to_end(child), 1);
}

Test(child, one_that_hangs_is_killed_when_it_is_asked_again)
{
	struct child child;

	run_deaf(&child, true, "INT INT INT INT");
	cr_expect(child.killed);
	cr_expect(child.warned, "before that it was told");
	cr_expect_eq(child_exit_code(child.status), 128 + 9);
}

Test(child, one_request_is_a_request_only)
{
	struct child child;

	run_deaf(&child, true, "TERM");
	cr_expect_not(child.killed);
	cr_expect(child.warned);
	cr_expect_eq(child_exit_code(child.status), 5);
}

Test(child, other_signals_are_no_request_to_end)
{
	struct child child;

	run_deaf(&child, true, "WINCH WINCH WINCH");
	cr_expect_not(child.killed);
	cr_expect_not(child.warned);
}

Test(child, what_was_told_to_be_the_last_request_is_whenever_it_comes)
{
	struct child child;
	char *argv[] = {"/bin/sh", "-c", "trap '' INT; kill -INT $PPID; sleep 30", NULL};

	cr_assert_eq(child_prepare(argv, &no_shim, 0, &child), 0);
	child.told = true;
	cr_assert_eq(child_release(&child), 0);
	cr_assert_eq(run_to_end(&child), 1);
	cr_expect(child.killed);
	cr_expect_not(child.warned, "it was said before");
	cr_expect_eq(child_exit_code(child.status), 128 + 9);
}

static unsigned looks;

static void count_look(void *ctx)
{
	cr_expect_eq(kill(*(pid_t *)ctx, 0), 0, "it is there yet");
	looks++;
}

Test(child, a_last_look_is_taken_before_it_is_ended)
{
	char *argv[] = {"/bin/sleep", "30", NULL};
	struct child child;

	cr_assert_eq(child_prepare(argv, &no_shim, 100000000, &child), 0);
	child.before_end = count_look;
	child.before_end_ctx = &child.pid;
	cr_assert_eq(child_release(&child), 0);
	cr_assert_eq(run_to_end(&child), 1);
	cr_expect_eq(looks, 1);
}

/* Ended as by whoever watches it, once it says that it is ready. */
static void run_and_end(const char *script, struct child *child)
{
	char *argv[] = {"/bin/sh", "-c", (char *)script, NULL};

	cr_assert_eq(child_prepare(argv, &no_shim, 0, child), 0);
	cr_assert_eq(child_release(child), 0);
	child_end(child);
	child_end(child);
	cr_assert_eq(run_to_end(child), 1);
}

Test(child, one_that_is_ended_gets_sigterm)
{
	struct child child;

	run_and_end("exec sleep 60", &child);
	cr_expect(child.ended);
	cr_expect_not(child.killed);
	cr_expect_not(child.timed_out);
	cr_expect_not(child_is_asked(&child), "nobody else asked");
	cr_expect_eq(child_exit_code(child.status), 128 + 15);
}
