/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program to test for leaks: it calls itself so many times, over a UDP socket for each call.
 *
 *     phone [CALLS [BUSY]]        default: 3 calls; at the call of that number the line is busy
 *
 * Its bug: who finds the line busy goes home, and does not hang up.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <track/track.h>
#include <unistd.h>

struct call {
	int fd;
};

static int open_socket(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && (bind(fd, (const struct sockaddr *)&address, size) ||
			getsockname(fd, (struct sockaddr *)&address, &size) ||
			connect(fd, (const struct sockaddr *)&address, size))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A call is to be hung up, and its socket belongs to it. */
static struct call *pick_up(void)
{
	struct call *call = malloc(sizeof(*call));

	if (!call)
		return NULL;
	call->fd = open_socket();
	if (call->fd < 0) {
		free(call);
		return NULL;
	}
	track_scope_open(call, "Call", TRACK_MUST_CLOSE);
	track_own(track_scope(call), track_fd(call->fd));
	return call;
}

static void hang_up(struct call *call)
{
	track_scope_close(call);
	close(call->fd);
	track_scope_closed(call);
	track_scope_destroy(call);
	free(call);
}

static bool talk(const struct call *call)
{
	char word[8];

	return send(call->fd, "hello", 5, 0) == 5 && recv(call->fd, word, sizeof(word), 0) == 5;
}

static bool make_call(bool busy)
{
	struct call *call = pick_up();
	bool talked;

	if (!call)
		return false;
	if (busy)
		return true;
	talked = talk(call);
	hang_up(call);
	return talked;
}

int main(int argc, char **argv)
{
	int calls = argc > 1 ? atoi(argv[1]) : 3;
	int busy = argc > 2 ? atoi(argv[2]) : 0;

	for (int i = 1; i <= calls; i++) {
		if (!make_call(i == busy)) {
			perror("phone: the call failed");
			return EXIT_FAILURE;
		}
	}
	printf("%d calls\n", calls);
	return EXIT_SUCCESS;
}
