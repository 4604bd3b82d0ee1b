/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that end in every way: nothing that was recorded may be lost. */
#include "host.h"

#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MANY 1000

static void open_many(void)
{
	struct rlimit limit = {4096, 4096};
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < MANY; i++)
		host_open();
	host_account();
}

static int by_kill(void)
{
	open_many();
	kill(getpid(), SIGKILL);
	return 0;
}

static int by_exit(void)
{
	open_many();
	return 3;
}

static int by_underscore_exit(void)
{
	open_many();
	_exit(4);
}

static int by_exit_group(void)
{
	open_many();
	syscall(SYS_exit_group, 5);
	return 0;
}

static int by_abort(void)
{
	open_many();
	abort();
}

static int by_fault(void)
{
	open_many();
	raise(SIGSEGV);
	return 0;
}

static int by_term(void)
{
	open_many();
	raise(SIGTERM);
	return 0;
}

/* All numbers are swept away, ours would be among them; then life goes on. */
static int after_close_range(void)
{
	for (int i = 0; i < MANY; i++)
		host_open();
	host_check(!close_range(3, ~0u, 0), "close_range() failed");
	host_count(0, MANY);
	for (int i = 0; i < 10; i++)
		host_open();
	host_account();
	return 0;
}

/* The older way: every number one by one, most of them never open. */
static int after_close_loop(void)
{
	for (int i = 0; i < 10; i++)
		host_open();
	for (int fd = 3; fd < 20000; fd++)
		close(fd);
	host_count(0, 10);
	host_open();
	host_account();
	return 0;
}

static int late_fd;

static void close_at_exit(void)
{
	host_close(late_fd);
}

/* After everything else of the program: still before our last look. */
__attribute__((destructor)) static void close_in_destructor(void)
{
	if (late_fd <= 0)
		return;
	late_fd = host_open();
	host_close(late_fd);
	host_account();
}

static int closes_at_exit(void)
{
	late_fd = host_open();
	atexit(close_at_exit);
	return 0;
}

const struct host host_deaths[] = {
	{"exit", by_exit, "1000 sockets, then return from main"},
	{"_exit", by_underscore_exit, "1000 sockets, then _exit"},
	{"exit-group", by_exit_group, "1000 sockets, then the raw system call"},
	{"sigkill", by_kill, "1000 sockets, then SIGKILL"},
	{"abort", by_abort, "1000 sockets, then abort"},
	{"sigsegv", by_fault, "1000 sockets, then SIGSEGV"},
	{"sigterm", by_term, "1000 sockets, then SIGTERM"},
	{"at-exit", closes_at_exit, "sockets closed by atexit and by a destructor"},
	{"close-range", after_close_range, "close_range over everything, then 10 more"},
	{"close-loop", after_close_loop, "close of every number, then one more"},
	{0},
};
