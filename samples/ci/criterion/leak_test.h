/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leak tests in Criterion: the program under test is started under rtctrack, and the test fails
 * where it leaks. To record the test program itself would not do: Criterion's own processes and
 * sockets would be judged, and what a test leaves open would be everybody's.
 *
 * LEAK_TEST, RTCTRACK and TRACES are paths that CMakeLists.txt defines.
 */
#ifndef LEAK_TEST_H
#define LEAK_TEST_H

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LEAK_TEST_SKIPPED = 77, LEAK_TEST_WORDS_MAX = 64 };

static inline int leak_test_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct leak_test {
	const char *script, *rtctrack, *traces;
};

static inline void leak_test_assert(const struct leak_test *test, const char *name,
				    const char *const *program)
{
	char trace[PATH_MAX];
	const char *words[LEAK_TEST_WORDS_MAX] = {"sh", test->script, test->rtctrack, trace, "--"};
	size_t count = 5;
	pid_t pid;
	int code;

	snprintf(trace, sizeof(trace), "%s/%s.db", test->traces, name);
	while (*program && count < LEAK_TEST_WORDS_MAX - 1)
		words[count++] = *program++;
	cr_assert_null(*program, "the program has too many arguments");
	code = posix_spawnp(&pid, "sh", NULL, NULL, (char *const *)words, environ);
	cr_assert_eq(code, 0, "cannot start a process: %s", strerror(code));
	code = leak_test_wait(pid);
	if (code == LEAK_TEST_SKIPPED)
		cr_skip_test("recording does not work here");
	cr_assert_eq(code, 0, "it leaks, or fails: exit code %d (rtctrack report %s)", code, trace);
}

/* The program's words end with NULL. Each test gives another name: its trace is TRACES/name.db. */
#define assert_no_leak(name, ...)                                                                  \
	leak_test_assert(&(const struct leak_test){LEAK_TEST, RTCTRACK, TRACES}, name, __VA_ARGS__)

#endif
