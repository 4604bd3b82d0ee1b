/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs that calls which may wait are told: a loop around one of them, which has something
 * to take each time, or nothing and says so. Prints nanoseconds a round.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int ends[2], epoll;
static int word;
static char data[1200];

static void send_one(void)
{
	if (send(ends[1], data, sizeof(data), 0) < 0)
		abort();
}

static void receive(void)
{
	send_one();
	if (recv(ends[0], data, sizeof(data), 0) < 0)
		abort();
}

static void nothing(void)
{
	if (recv(ends[0], data, sizeof(data), 0) >= 0)
		abort();
}

static void polls(void)
{
	struct pollfd polled = {.fd = ends[0], .events = POLLIN};
	if (poll(&polled, 1, -1) != 1)
		abort();
}

static void epolls(void)
{
	struct epoll_event event;
	if (epoll_wait(epoll, &event, 1, -1) != 1)
		abort();
}

static void reactor(void)
{
	send_one();
	epolls();
	if (recv(ends[0], data, sizeof(data), 0) < 0)
		abort();
}

static void futex(void)
{
	if (syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL) >= 0)
		abort();
}

/* Two threads, each waits for the other. */
static void *answer(void *rounds)
{
	for (long i = 0; i < (long)rounds; i++)
		if (recv(ends[1], data, 1, 0) < 0 || send(ends[1], data, 1, 0) < 0)
			abort();
	return NULL;
}

static void ask(void)
{
	if (send(ends[0], data, 1, 0) < 0 || recv(ends[0], data, 1, 0) < 0)
		abort();
}

/* at_once: the descriptor does not wait. ready: there is always something. */
static const struct {
	const char *name;
	void (*round)(void);
	int at_once, ready;
} loops[] = {
	{"receive", receive, 0, 0},
	{"receive-at-once", receive, 1, 0},
	{"nothing-at-once", nothing, 1, 0},
	{"poll", polls, 0, 1},
	{"epoll", epolls, 0, 1},
	{"reactor", reactor, 1, 0},
	{"futex", futex, 0, 0},
	{"turns", ask, 0, 0},
};

/* Some frames, as programs have them. */
static __attribute__((noinline)) void run(void (*round)(void), long rounds, int depth)
{
	if (depth) {
		run(round, rounds, depth - 1);
		__asm__ volatile("");
		return;
	}
	for (long i = 0; i < rounds; i++)
		round();
}

int main(int argc, char **argv)
{
	struct timespec from, to;
	size_t loop = 0, count = sizeof(loops) / sizeof(*loops);
	while (argc == 3 && loop < count && strcmp(argv[1], loops[loop].name))
		loop++;
	if (argc != 3 || loop == count)
		return 2;
	long rounds = atol(argv[2]);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends))
		return 2;
	if (loops[loop].at_once)
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	if (loops[loop].ready)
		send_one();
	epoll = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN};
	epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
	pthread_t thread;
	if (loops[loop].round == ask)
		pthread_create(&thread, NULL, answer, (void *)rounds);
	clock_gettime(CLOCK_MONOTONIC, &from);
	run(loops[loop].round, rounds, 10);
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (loops[loop].round == ask)
		pthread_join(thread, NULL);
	printf("%.1f\n",
	       ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
		       (double)rounds);
	return 0;
}
