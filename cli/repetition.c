/* SPDX-License-Identifier: Apache-2.0 */
#include "repetition.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <track/wire.h>
#include <unistd.h>

#include "command.h"

#define SHELL "/bin/sh"

static int set_number(const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return setenv(name, text, 1);
}

/* In a group of its own: what the terminal sends is for the program and us. */
static _Noreturn void become(const struct repetition *repetition,
			     const struct repetition_target *target)
{
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	if (setenv(TRACK_ENV_SPOOL_DIR, target->spool_dir, 1) == 0 &&
	    set_number("RTCTRACK_PID", (uint64_t)target->program_pid) == 0 &&
	    set_number("RTCTRACK_SESSION", target->session) == 0)
		execl(SHELL, "sh", "-c", repetition->command, NULL);
	_exit(EXIT_NOT_FOUND);
}

int repetition_start(struct repetition *repetition, const struct repetition_target *target,
		     uint64_t now_ns)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(repetition, target);
	setpgid(pid, pid); /* whoever is first; it may be there already */
	repetition->pid = pid;
	repetition->begun_ns = now_ns;
	repetition->overdue = false;
	return 0;
}

bool repetition_is_over(struct repetition *repetition, uint64_t now_ns)
{
	if (!repetition->pid)
		return false;
	if (waitpid(repetition->pid, &repetition->status, WNOHANG) == repetition->pid) {
		repetition->pid = 0;
		return true;
	}
	if (now_ns - repetition->begun_ns < repetition->timeout_ns)
		return false;
	repetition_kill(repetition);
	repetition->overdue = true;
	return true;
}

bool repetition_worked(const struct repetition *repetition)
{
	return !repetition->overdue && WIFEXITED(repetition->status) &&
	       WEXITSTATUS(repetition->status) == 0;
}

bool repetition_is_none(const struct repetition *repetition)
{
	return !repetition->overdue && WIFEXITED(repetition->status) &&
	       (WEXITSTATUS(repetition->status) == EXIT_NOT_FOUND ||
		WEXITSTATUS(repetition->status) == EXIT_NOT_EXECUTABLE);
}

void repetition_say(const struct repetition *repetition, char *ret_text, size_t capacity)
{
	if (repetition->overdue)
		snprintf(ret_text, capacity, "took more than %.3g s",
			 (double)repetition->timeout_ns / 1e9);
	else if (WIFSIGNALED(repetition->status))
		snprintf(ret_text, capacity, "was ended by SIG%s",
			 sigabbrev_np(WTERMSIG(repetition->status)));
	else
		snprintf(ret_text, capacity, "failed with exit code %d",
			 WEXITSTATUS(repetition->status));
}

void repetition_kill(struct repetition *repetition)
{
	if (!repetition->pid)
		return;
	kill(-repetition->pid, SIGKILL);
	while (waitpid(repetition->pid, &repetition->status, 0) < 0 && errno == EINTR)
		continue;
	repetition->pid = 0;
}
