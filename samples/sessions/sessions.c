/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small program with real sockets per session: a media socket and a control
 * socket on loopback, an echo thread between them, messages there and back.
 *
 *     sessions [--sessions N] [--messages M] [--leak] [--marks]
 *
 * With --leak, a session whose last message is not answered returns early from
 * its close and forgets its media socket. --marks sets a mark after each session.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <track/track.h>
#include <unistd.h>

struct session {
	int media;
	int control;
	pthread_t echo;
	bool answered; /* the last message came back */
};

static int open_bound_socket(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int open_media_socket(struct session *session)
{
	return session->media = open_bound_socket();
}

static int open_control_socket(struct session *session)
{
	return session->control = open_bound_socket();
}

static int connect_to(int fd, int peer)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	return getsockname(peer, (struct sockaddr *)&address, &size) ||
	       connect(fd, (const struct sockaddr *)&address, size);
}

/* Send back what comes, until an empty message. */
static void *echo_messages(void *arg)
{
	const struct session *session = arg;
	char data[64];
	ssize_t size;
	while ((size = recv(session->control, data, sizeof(data), 0)) > 0)
		send(session->control, data, (size_t)size, 0);
	return NULL;
}

static int session_open(struct session *session)
{
	session->media = session->control = -1;
	if (open_media_socket(session) < 0 || open_control_socket(session) < 0)
		return -1;
	if (connect_to(session->media, session->control) ||
	    connect_to(session->control, session->media))
		return -1;
	return pthread_create(&session->echo, NULL, echo_messages, session) ? -1 : 0;
}

static void session_talk(struct session *session, int messages, bool last_is_lost)
{
	char data[64];
	for (int i = 0; i < messages; i++) {
		int size = snprintf(data, sizeof(data), "message %d", i);
		send(session->media, data, (size_t)size, 0);
		session->answered = recv(session->media, data, sizeof(data), 0) == size;
	}
	if (last_is_lost)
		session->answered = false;
}

/* The bug: the path for an unanswered session forgets the media socket. */
static void session_close(struct session *session)
{
	send(session->media, "", 0, 0);
	pthread_join(session->echo, NULL);
	close(session->control);
	if (!session->answered)
		return;
	close(session->media);
}

static void set_mark(int session)
{
	char text[32];
	snprintf(text, sizeof(text), "session %d", session);
	track_mark(text);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"sessions", required_argument, NULL, 's'},
						{"messages", required_argument, NULL, 'm'},
						{"leak", no_argument, NULL, 'l'},
						{"marks", no_argument, NULL, 'k'},
						{0}};
	int sessions = 10, messages = 20, option;
	bool leak = false, marks = false;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			sessions = atoi(optarg);
			break;
		case 'm':
			messages = atoi(optarg);
			break;
		case 'l':
			leak = true;
			break;
		case 'k':
			marks = true;
			break;
		default:
			fputs("usage: sessions [--sessions N] [--messages M] [--leak] [--marks]\n",
			      stderr);
			return 2;
		}
	}
	for (int i = 1; i <= sessions; i++) {
		struct session session;
		if (session_open(&session)) {
			perror("sessions: cannot open a session");
			return 1;
		}
		session_talk(&session, messages, leak);
		session_close(&session);
		if (marks)
			set_mark(i);
	}
	printf("%d sessions, %d messages each\n", sessions, messages);
	return 0;
}
