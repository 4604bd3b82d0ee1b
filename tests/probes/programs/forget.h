/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs of this folder share: each is called NAME leak|close, does much that ends in
 * order, and in the form `leak` forgets something in a function whose name begins with forget_.
 */
#ifndef FORGET_H
#define FORGET_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A frame of its own, whose calls are no jumps. */
#define FRAME __attribute__((noinline, noclone))
#define STAY() __asm__ volatile("" ::: "memory")

static inline void need(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static inline bool wants_leak(int argc, char **argv)
{
	need(argc >= 2 && (!strcmp(argv[1], "leak") || !strcmp(argv[1], "close")),
	     "usage: PROGRAM leak|close");
	return argv[1][0] == 'l';
}

/* No function, since then that would be who opened it. */
#define OPEN_UDP() socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)

static inline int open_udp(void)
{
	int fd = OPEN_UDP();

	need(fd >= 0, "socket");
	return fd;
}

static inline void open_and_close(int count)
{
	for (int i = 0; i < count; i++)
		close(open_udp());
}

#endif
