/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads send on a new socket in the same moment, again and again: both are the first.
 * Prints how many sockets there were.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Rounds that have begun, and in which the other has sent. */
static atomic_int begun, sent;
static int fd, rounds;

static int open_socket(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int number = socket(AF_INET, SOCK_DGRAM, 0);
	bind(number, (struct sockaddr *)&address, size);
	getsockname(number, (struct sockaddr *)&address, &size);
	connect(number, (struct sockaddr *)&address, size);
	return number;
}

/* No sleep between: they come out of it at once. */
static void *other(void *unused)
{
	for (int round = 1; round <= rounds; round++) {
		while (atomic_load(&begun) < round)
			;
		send(fd, "x", 1, 0);
		atomic_store(&sent, round);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	rounds = argc > 1 ? atoi(argv[1]) : 1000;
	pthread_create(&thread, NULL, other, NULL);
	for (int round = 1; round <= rounds; round++) {
		fd = open_socket();
		atomic_store(&begun, round);
		send(fd, "x", 1, 0);
		while (atomic_load(&sent) < round)
			;
		close(fd);
	}
	pthread_join(thread, NULL);
	printf("%d\n", rounds);
	return 0;
}
