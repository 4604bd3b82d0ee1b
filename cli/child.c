/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KILL_AFTER_NS 2000000000ull
#define END_WITHIN_NS 10000000000ull /* who is told to end in good time has more to close */
#define AGAIN_NS 2000000000ull	     /* requests to end this near to each other are one wish */
#define REQUESTS_MAX 3		     /* programs that live with Ctrl-C, as a shell, get some */
#define REQUESTS_HUNG 2

static const int watched[] = {SIGCHLD, SIGINT,	SIGTERM, SIGQUIT, SIGHUP,
			      SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2, SIGWINCH};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* An ignored SIGCHLD would hide how the child ended; the child gets back what was set. */
static int take_signals(struct child *child)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
		sigaddset(&mask, watched[i]);
	child->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (child->signal_fd < 0)
		return -errno;
	sigaction(SIGCHLD, &action, &child->chld_before);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, &child->pipe_before);
	sigprocmask(SIG_BLOCK, &mask, &child->mask_before);
	return 0;
}

static void return_signals(const struct child *child)
{
	sigaction(SIGCHLD, &child->chld_before, NULL);
	sigaction(SIGPIPE, &child->pipe_before, NULL);
	sigprocmask(SIG_SETMASK, &child->mask_before, NULL);
}

static _Noreturn void become(const struct child *child, char **argv, int gate_fd, int error_fd,
			     const struct shim_environment *environment)
{
	char go;
	int error;

	if (read(gate_fd, &go, 1) != 1)
		_exit(EXIT_FAILURE);
	error = environment ? -shim_environment_set(environment) : 0;
	if (!error) {
		return_signals(child);
		execvp(argv[0], argv);
		error = errno;
	}
	if (write(error_fd, &error, sizeof(error)) != sizeof(error))
		_exit(EXIT_FAILURE);
	_exit(127);
}

int child_prepare(char **argv, const struct shim_environment *environment, uint64_t timeout_ns,
		  struct child *ret_child)
{
	struct child child = {.wake_fd = -1, .signal_fd = -1, .gate_fd = -1, .error_fd = -1};
	int gate[2] = {-1, -1}, error[2] = {-1, -1};
	int r = 0;

	if (pipe2(gate, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0)
		r = -errno;
	if (r == 0)
		r = take_signals(&child);
	if (r < 0)
		goto out;
	child.timeout_ns = timeout_ns;
	child.pid = fork();
	if (child.pid == 0) {
		close(gate[1]);
		become(&child, argv, gate[0], error[1], environment);
	}
	if (child.pid < 0) {
		r = -errno;
		child_finish(&child);
		goto out;
	}
	child.gate_fd = gate[1];
	child.error_fd = error[0];
	gate[1] = error[0] = -1;
	*ret_child = child;
out:
	close_fd(&gate[0]);
	close_fd(&gate[1]);
	close_fd(&error[0]);
	close_fd(&error[1]);
	return r;
}

static void reap(struct child *child)
{
	while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
		continue;
	child_finish(child);
}

int child_release(struct child *child)
{
	int error = 0;
	ssize_t length;

	if (child->timeout_ns)
		child->deadline_ns = now_ns() + child->timeout_ns;
	if (write(child->gate_fd, "", 1) != 1)
		error = errno;
	close_fd(&child->gate_fd);
	do
		length = read(child->error_fd, &error, sizeof(error));
	while (length < 0 && errno == EINTR);
	close_fd(&child->error_fd);
	if (length != sizeof(error))
		return 0;
	reap(child);
	return error > 0 ? -error : -EIO;
}

void child_cancel(struct child *child)
{
	close_fd(&child->gate_fd);
	reap(child);
}

void child_finish(struct child *child)
{
	close_fd(&child->gate_fd);
	close_fd(&child->error_fd);
	if (child->signal_fd >= 0)
		return_signals(child);
	close_fd(&child->signal_fd);
}

/*
 * What the terminal sends it sends to the whole foreground group, the program
 * included, unless that moved to a group of its own.
 */
static bool reaches_only_us(const struct child *child, const struct signalfd_siginfo *info)
{
	return info->ssi_code != SI_KERNEL || getpgid(child->pid) != getpgrp();
}

static void look_before_end(const struct child *child)
{
	if (child->before_end)
		child->before_end(child->before_end_ctx);
}

/* The last of them is the one that nothing can ignore: who was told so may take time to read it. */
static void count_request(struct child *child)
{
	unsigned most = child->hangs ? REQUESTS_HUNG : REQUESTS_MAX;
	uint64_t now = now_ns();

	if (!child->hangs && !child->told && now - child->requested_ns > AGAIN_NS)
		child->requests = 0;
	child->requested_ns = now;
	child->requests++;
	child->warned |= child->requests + 1 == most && !child->told;
	if (child->requests < most && !child->told)
		return;
	child->killed = true;
	kill(child->pid, SIGKILL);
}

static void pass_on(struct child *child)
{
	struct signalfd_siginfo info;

	while (read(child->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int number = (int)info.ssi_signo;
		bool ends = number == SIGINT || number == SIGTERM;

		if (ends)
			look_before_end(child);
		if (number != SIGCHLD && reaches_only_us(child, &info))
			kill(child->pid, number);
		if (ends)
			count_request(child);
	}
}

/* The shell must see the job as stopped; when it wakes us, the program wakes too. */
static void stop_along(const struct child *child)
{
	raise(SIGSTOP);
	kill(child->pid, SIGCONT);
}

static bool is_job_stop(int number)
{
	return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static void end_overdue(struct child *child)
{
	if (!child->deadline_ns || now_ns() < child->deadline_ns)
		return;
	look_before_end(child);
	if (child->ended) {
		child->killed = true;
		child->deadline_ns = 0;
		kill(child->pid, SIGKILL);
		return;
	}
	kill(child->pid, child->timed_out ? SIGKILL : SIGTERM);
	child->deadline_ns = child->timed_out ? 0 : now_ns() + KILL_AFTER_NS;
	child->timed_out = true;
}

void child_end(struct child *child)
{
	if (child->ended || child->timed_out)
		return;
	look_before_end(child);
	kill(child->pid, SIGTERM);
	child->ended = true;
	child->deadline_ns = now_ns() + END_WITHIN_NS;
}

bool child_is_asked(const struct child *child)
{
	return child->requested_ns != 0;
}

int child_step(struct child *child, int wait_ms)
{
	struct pollfd fds[] = {{.fd = child->signal_fd, .events = POLLIN},
			       {.fd = child->wake_fd, .events = POLLIN}};
	int status;
	pid_t pid;

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), wait_ms) < 0 && errno != EINTR)
		return -errno;
	pass_on(child);
	end_overdue(child);
	pid = waitpid(child->pid, &status, WNOHANG | WUNTRACED);
	if (pid < 0)
		return -errno;
	if (pid == 0)
		return 0;
	if (WIFSTOPPED(status)) {
		if (is_job_stop(WSTOPSIG(status)))
			stop_along(child);
		return 0;
	}
	child->status = status;
	return 1;
}

int child_exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
