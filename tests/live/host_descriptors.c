/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that open and close descriptors in unusual ways. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* libuv's way. */
static int by_syscall(void)
{
	for (int i = 0; i < 100; i++) {
		int fd = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
		host_check(fd >= 0, "syscall(SYS_socket) failed");
		host_count(1, 0);
		if (i % 10 == 0)
			continue;
		host_check(!syscall(SYS_close, fd), "syscall(SYS_close) failed");
		host_count(0, 1);
	}
	host_account();
	return 0;
}

static int by_dup(void)
{
	int fd = host_open();
	int copy = dup(fd);
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	host_count(2, 0);
	host_check(high >= 100, "F_DUPFD_CLOEXEC failed");
	host_check(dup2(fd, copy) == copy, "dup2() failed"); /* closes copy, opens it again */
	host_count(1, 1);
	host_check(dup2(fd, fd) == fd, "dup2() onto itself failed");
	host_check(dup3(fd, 200, O_CLOEXEC) == 200, "dup3() failed");
	host_count(1, 0);
	host_check(dup2(-1, 200) == -1 && errno == EBADF, "dup2(-1) should fail");
	host_close(high);
	host_close(fd);
	host_account(); /* copy and 200 are left */
	return 0;
}

static int by_accept(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	host_check(!bind(listener, (void *)&address, size) && !listen(listener, 1),
		   "cannot listen");
	getsockname(listener, (void *)&address, &size);
	host_check(!connect(client, (void *)&address, size), "cannot connect");
	int served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	host_check(served >= 0, "accept4() failed");
	host_check(write(client, "hello", 5) == 5, "write() failed");
	char text[5];
	host_check(read(served, text, 5) == 5, "read() failed");
	close(listener);
	close(client);
	host_account(); /* one TCP socket is left, five bytes came in */
	return 0;
}

/* The wrappers must leave errno as the real functions left it. */
static int keeps_errno(void)
{
	errno = 12345;
	int fd = host_open();
	host_check(errno == 12345, "socket() changed errno");
	host_close(fd);
	host_check(errno == 12345, "close() changed errno");
	host_check(close(fd) == -1 && errno == EBADF, "a second close should be EBADF");
	host_check(socket(-1, 0, 0) == -1 && errno == EAFNOSUPPORT, "wrong errno of socket()");
	host_account();
	return 0;
}

static volatile int ticks;

static void on_tick(int signal)
{
	(void)signal;
	int fd = host_open();
	host_close(fd);
	ticks++;
}

/* A handler that opens and closes in the middle of our records. */
static int in_signals(void)
{
	struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
	struct itimerval every = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	for (int i = 0; i < 50000 || (ticks < 200 && i < 2000000); i++)
		host_close(host_open());
	setitimer(ITIMER_REAL, &never, NULL);
	host_check(ticks > 0, "no signal came");
	host_account();
	return 0;
}

/* A program that locks its memory must not fill our sparse map. */
static int locks_memory(void)
{
	host_open();
	bool locked = !mlockall(MCL_CURRENT | MCL_FUTURE);
	host_check(locked || errno == EPERM || errno == ENOMEM, "mlockall() failed");
	host_open();
	host_account();
	return 0;
}

/* Each call has a stack of its own, so that the unwinder works hard every time. */
static int open_deeper(int depth, int expected)
{
	if (depth > 0) {
		int ret = open_deeper(depth - 1, expected);
		__asm__ volatile("");
		return ret;
	}
	int fd = host_open();
	host_check(fd == expected, "a number was taken by somebody else");
	host_close(fd);
	return fd;
}

/* The lowest free number is the program's, also after it closed all: no pipe of an unwinder. */
static int numbers_are_dense(void)
{
	host_check(!close_range(3, ~0u, 0), "close_range() failed"); /* what a shell left us */
	for (int round = 0; round < 2; round++) {
		for (int depth = 0; depth < 100; depth++)
			open_deeper(depth, 3);
		host_check(!close_range(3, ~0u, 0), "close_range() failed");
	}
	host_account();
	return 0;
}

/* At the limit: the call that fails says so, and who holds the numbers is known. */
static int at_the_limit(void)
{
	struct rlimit limit = {64, 64};
	int fd;
	host_check(!close_range(3, ~0u, 0), "close_range() failed"); /* whatever we inherited */
	host_check(!setrlimit(RLIMIT_NOFILE, &limit), "setrlimit() failed");
	while ((fd = socket(AF_INET, SOCK_DGRAM, 0)) >= 0)
		host_count(1, 0);
	host_check(errno == EMFILE, "not EMFILE");
	for (int i = 0; i < 1000; i++)
		host_check(accept(0, NULL, NULL) == -1 && open("/", O_RDONLY) == -1 &&
				   errno == EMFILE,
			   "more than the limit");
	host_account();
	return 0;
}

/* What is used after its close. */
static int used_after_close(void)
{
	int fd = host_open();
	host_close(fd);
	for (int i = 0; i < 100; i++)
		host_check(send(fd, "x", 1, 0) == -1 && errno == EBADF, "a stale number was good");
	host_account();
	return 0;
}

/*
 * A second close hits what someone else opened meanwhile; its owner then fails.
 * That one closes his own elsewhere, as his first socket shows.
 */
#define KEEP_FRAME() __asm__ volatile("") /* no jump in place of the last call */

static __attribute__((noinline)) void closes_stale(int fd)
{
	close(fd);
	KEEP_FRAME();
}

static __attribute__((noinline)) int opens_anew(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	KEEP_FRAME();
	return fd;
}

static __attribute__((noinline)) int closes_own(int fd)
{
	int result = close(fd);
	KEEP_FRAME();
	return result;
}

static int closes_anothers(void)
{
	int stale, owned;
	host_check(closes_own(opens_anew()) == 0, "close() failed");
	stale = socket(AF_INET, SOCK_DGRAM, 0);
	closes_stale(stale);
	owned = opens_anew();
	host_check(owned == stale, "another number");
	closes_stale(stale);
	host_check(closes_own(owned) == -1 && errno == EBADF, "still open");
	host_count(3, 3);
	host_account();
	return 0;
}

/* The stream's own close finds its number gone. */
static int stream_closed_twice(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	FILE *stream = fdopen(fd, "w");
	host_check(stream && !close(fd), "close() failed");
	host_check(fclose(stream) == EOF && errno == EBADF, "fclose() should fail");
	host_count(1, 1);
	host_account();
	return 0;
}

/* As much again once the recorder is gone, which a file tells. */
static int in_halves(void)
{
	for (int half = 0; half < 2; half++) {
		while (half && access("killed", F_OK))
			usleep(10000);
		for (int i = 0; i < 100000; i++)
			host_close(host_open());
	}
	host_account();
	return 0;
}

/* Behind a limit of its own a process wants the refusal. */
static int wants_refusal(void)
{
	struct rlimit none = {0, 0};
	host_check(!setrlimit(RLIMIT_NOFILE, &none), "setrlimit() failed");
	host_check(open("/", O_RDONLY) == -1 && errno == EMFILE, "opened all the same");
	host_account();
	return 0;
}

const struct host host_descriptors[] = {
	{"dense", numbers_are_dense, "no number is taken from the program"},
	{"syscall", by_syscall, "sockets opened and closed through syscall()"},
	{"dup", by_dup, "dup, dup2, dup3, F_DUPFD_CLOEXEC"},
	{"accept", by_accept, "an accepted connection that is forgotten"},
	{"errno", keeps_errno, "errno is left alone"},
	{"signals", in_signals, "a signal handler that opens and closes"},
	{"mlockall", locks_memory, "mlockall with a 1 GiB map in the process"},
	{"stream-closed-twice", stream_closed_twice, "fclose after close"},
	{"halves", in_halves, "many sockets before and after the recorder's end"},
	{"wants-refusal", wants_refusal, "a limit of no descriptors"},
	{"limit", at_the_limit, "EMFILE"},
	{"use-after-close", used_after_close, "a send on a closed number"},
	{"close-anothers", closes_anothers, "a second close that hits another's number"},
	{0},
};
