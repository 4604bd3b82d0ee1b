/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define INHERITED "DC_SCENARIO_INHERITED" /* the number of a descriptor: set in a child */

/* In the child: what its parent left it is used, and not its to close. */
static int use_inherited(const char *number)
{
	char word;

	return read(atoi(number), &word, 1) == 1 ? 0 : -EIO;
}

static int await_child(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

/* This program once more, for one session. */
static int run_child(int fd)
{
	char *const arguments[] = {
		"dc-scenario", "control-inherited-fds", "--sessions", "1", "--grace", "0", NULL};
	char number[16];
	pid_t child;
	int error;

	snprintf(number, sizeof(number), "%d", fd);
	setenv(INHERITED, number, 1);
	error = posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ);
	unsetenv(INHERITED);
	return error ? -error : await_child(child);
}

/* Without O_CLOEXEC: both ends are inherited. */
static int leave_to_child(void)
{
	int ends[2], error = 0;

	if (pipe(ends) < 0)
		return -errno;
	if (write(ends[1], "!", 1) != 1)
		error = -errno;
	if (!error)
		error = run_child(ends[0]);
	close(ends[0]);
	close(ends[1]);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	const char *inherited = getenv(INHERITED);
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)scene, (void)number;
	if (!error)
		error = inherited ? use_inherited(inherited) : leave_to_child();
	pair_finish(&pair);
	return error;
}

const struct play play_control_inherited_fds = {.session = session};
