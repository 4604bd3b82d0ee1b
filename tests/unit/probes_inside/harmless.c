/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <harmless.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child did before it ended, and how it ended. */
static int run(void (*act)(int kept), char *ret_said)
{
	int said[2], status = -1;

	*ret_said = 0;
	cr_assert_eq(pipe(said), 0);
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		act(said[1]);
		syscall(SYS_exit, 0);
	}
	close(said[1]);
	cr_assert_eq(waitpid(child, &status, 0), child);
	if (read(said[0], ret_said, 1) < 0)
		*ret_said = 0;
	close(said[0]);
	return status;
}

static void say(int kept, char what)
{
	if (write(kept, &what, 1) != 1)
		syscall(SYS_exit, 9);
}

static void act_opens(int kept)
{
	if (harmless_rights() == 0 && harmless_calls(kept) == 0)
		say(kept, 'y');
	syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);
}

Test(harmless, every_other_call_is_the_end)
{
	char said;
	int status = run(act_opens, &said);

	cr_expect_eq(said, 'y');
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%x", status);
}

static void act_reads(int kept)
{
	char byte;

	if (harmless_rights() == 0 && harmless_calls(kept) == 0)
		say(kept, read(0, &byte, 1) < 0 ? 'n' : 'r');
}

Test(harmless, nothing_else_is_open)
{
	char said;

	cr_expect_eq(run(act_reads, &said), 0);
	cr_expect_eq(said, 'n');
}

static void act_has_rights(int kept)
{
	bool ok = harmless_rights() == 0;

	if (getuid() == 0 || setuid(0) == 0 || getgid() == 0 || getgroups(0, NULL) > 0)
		ok = false;
	if (access("/root/.", W_OK) == 0 || kill(getppid(), 0) == 0)
		ok = false;
	say(kept, ok ? 'n' : 'r');
}

Test(harmless, the_roots_rights_are_gone)
{
	char said;

	if (getuid() != 0)
		cr_skip_test("it takes root to give away a root's rights");
	run(act_has_rights, &said);
	cr_expect_eq(said, 'n');
}

static void act_spins(int kept)
{
	if (harmless_rights() == 0 && harmless_calls(kept) == 0)
		say(kept, 'y');
	for (;;)
		;
}

Test(harmless, it_ends_after_a_second_of_work, .timeout = 120)
{
	char said;
	int status = run(act_spins, &said);

	cr_expect_eq(said, 'y');
	cr_expect(WIFSIGNALED(status), "%x", status);
}
