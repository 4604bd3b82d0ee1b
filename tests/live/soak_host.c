/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that runs through sessions, and forgets something of them by a form:
 *
 *     soak_host FORM SESSIONS      a mark after each; "for-ever" goes on until it is told to end
 *     soak_host serve FORM FILE    a session per connection, on the port that it writes into FILE
 *
 * A session opens four eventfds; what its form says stays open, and is told apart by nothing else.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <track/track.h>
#include <unistd.h>

enum { OPENED = 4, POOL = 5, CACHED = 3, EACH_FIFTH = 5, DIES_AFTER = 4, FEW = 6 };

/* So many of a session's descriptors stay open. */
static int keeps_none(unsigned long session)
{
	(void)session;
	return 0;
}

static int keeps_one(unsigned long session)
{
	(void)session;
	return 1;
}

static int keeps_one_of_five(unsigned long session)
{
	return session % EACH_FIFTH == 0;
}

/* What is made at the first session, for all. */
static int keeps_a_cache(unsigned long session)
{
	return session == 2 ? CACHED : 0;
}

/* One more at each session until they are enough. */
static int keeps_a_pool(unsigned long session)
{
	return session <= POOL;
}

/* Up and down again: some sessions leave one for a later one to close. */
static int sways(unsigned long session)
{
	static int kept[FEW];
	int *at = &kept[session % FEW];

	if (*at > 0)
		close(*at - 1);
	*at = session * session % 7 % 2 ? eventfd(0, 0) + 1 : 0;
	return 0;
}

static int dies(unsigned long session)
{
	if (session > DIES_AFTER)
		_exit(7);
	return 0;
}

/* It is told to end, and does not. */
static int is_deaf(unsigned long session)
{
	(void)session;
	signal(SIGTERM, SIG_IGN);
	return 0;
}

static const struct {
	const char *name;
	int (*keeps)(unsigned long session);
} forms[] = {
	{"fixed", keeps_none},	  {"leak", keeps_one},	  {"leak-of-five", keeps_one_of_five},
	{"cache", keeps_a_cache}, {"pool", keeps_a_pool}, {"sway", sways},
	{"dies", dies},		  {"deaf", is_deaf},
};

typedef int (*form)(unsigned long session);

static form find(const char *name)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (strcmp(forms[i].name, name) == 0)
			return forms[i].keeps;
	fprintf(stderr, "soak_host: no form \"%s\"\n", name);
	exit(2);
}

static void open_and_close(int keep)
{
	int fds[OPENED];

	for (int i = 0; i < OPENED; i++)
		fds[i] = eventfd(0, 0);
	for (int i = keep; i < OPENED; i++)
		close(fds[i]);
}

/* A scope of its own, for those who count its closes. */
static void play(form keeps, unsigned long session)
{
	char scope;

	track_scope_open(&scope, "Call", 0);
	open_and_close(keeps(session));
	track_scope_close(&scope);
	track_scope_closed(&scope);
	track_scope_destroy(&scope);
}

static void play_all(form keeps, unsigned long sessions)
{
	char text[32];

	for (unsigned long i = 1; i <= sessions || sessions == 0; i++) {
		play(keeps, i);
		snprintf(text, sizeof(text), "session %lu", i);
		track_mark(text);
		if (sessions == 0)
			usleep(1000);
	}
}

/* Where a session ends for the program is the reply: whoever has it finds all of it closed. */
static void serve(form keeps, const char *file)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	FILE *port;

	if (bind(listener, (const struct sockaddr *)&address, size) || listen(listener, OPENED) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		exit(1);
	port = fopen(file, "we");
	if (!port)
		exit(1);
	fprintf(port, "%d\n", ntohs(address.sin_port));
	fclose(port);
	for (unsigned long i = 1;; i++) {
		int connection = accept(listener, NULL, NULL);

		play(keeps, i);
		if (send(connection, "done\n", 5, MSG_NOSIGNAL) < 0)
			perror("soak_host");
		close(connection);
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "serve") == 0)
		serve(find(argv[2]), argv[3]);
	else if (argc == 3)
		play_all(find(argv[1]),
			 strcmp(argv[2], "for-ever") == 0 ? 0 : strtoul(argv[2], NULL, 10));
	else
		return 2;
	return 0;
}
