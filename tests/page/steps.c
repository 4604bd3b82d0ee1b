/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions when they are asked for: each line of stdin is the name of one, which opens a socket,
 * closes its connection, and forgets the socket. "-" in front of it: it forgets nothing.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <track/track.h>
#include <unistd.h>

enum { LINES_MAX = 64, BYTES = 64, GRACE_S = 1, GRACE_NS = 100000000 };

static char sessions[LINES_MAX][BYTES];

__attribute__((noinline)) static int open_socket(char *session)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	track_own(track_scope(session), track_fd(fd));
	return fd;
}

static void run_session(char *session)
{
	int fd;

	track_scope_open(session, "PeerConnection", TRACK_MUST_CLOSE);
	track_name(track_scope(session), session);
	fd = open_socket(session);
	track_scope_close(session);
	if (session[0] == '-')
		close(fd);
	track_scope_closed(session);
	track_mark(session);
}

int main(void)
{
	const struct timespec grace = {GRACE_S, GRACE_NS};
	int i;

	for (i = 0; i < LINES_MAX && fgets(sessions[i], BYTES, stdin); i++) {
		sessions[i][strcspn(sessions[i], "\n")] = '\0';
		run_session(sessions[i]);
		puts(sessions[i]);
		fflush(stdout);
	}
	nanosleep(&grace, NULL);
	return 0;
}
