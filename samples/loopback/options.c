/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <dcstack/dcstack.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

enum { SIZE_LIMIT = 64 << 20, PARALLEL_MAX = 256, SESSIONS = 5, SESSIONS_TIMED = 1 };

#define AT(field) offsetof(struct options, field)
/* clang-format off */
static const struct argument table[] = {
	{"--sessions", "N", ARGUMENT_NUMBER, AT(sessions), 1, INT_MAX, "connections, one after the other (default 5; 1 with --seconds)"},
	{"--parallel", "K", ARGUMENT_NUMBER, AT(parallel), 1, PARALLEL_MAX, "as many at a time (default 1)"},
	{"--messages", "M", ARGUMENT_NUMBER, AT(messages), 0, INT_MAX, "of a session (default 100)"},
	{"--seconds", "S", ARGUMENT_NUMBER, AT(seconds), 1, 86400, "each session sends for as long, however many messages"},
	{"--size", "BYTES", ARGUMENT_NUMBER, AT(size), 0, SIZE_LIMIT, "of a message (default 1024)"},
	{"--unordered", NULL, ARGUMENT_FLAG, AT(unordered), 0, 0, "messages may overtake each other"},
	{"--tcp", NULL, ARGUMENT_FLAG, AT(tcp), 0, 0, "TCP in place of UDP"},
	{"--trickle", NULL, ARGUMENT_FLAG, AT(trickle), 0, 0, "candidates after the descriptions"},
	{"--bind", "IP", ARGUMENT_TEXT, AT(bind), 0, 0, "gather on this address (default 127.0.0.1)"},
	{"--account", "N", ARGUMENT_NUMBER, AT(account), 0, INT_MAX, "say after each N sessions what the process has"},
	{"--marks", NULL, ARGUMENT_FLAG, AT(marks), 0, 0, "set a mark after each session (rtctrack)"},
	{"--fault", "NAME", ARGUMENT_LIST, AT(faults), 0, 0, "have this lifetime bug; may be given again"},
	{"--fault-in", "N", ARGUMENT_NUMBER, AT(fault_in), 1, INT_MAX, "have it in session N only (not with --parallel)"},
	{"--leak", NULL, ARGUMENT_FLAG, AT(leak), 0, 0, "the same as --fault candidate-refs"},
	{"--faults", NULL, ARGUMENT_FLAG, AT(list_faults), 0, 0, "list the bugs that it can have"},
	{"--help", NULL, ARGUMENT_FLAG, AT(help), 0, 0, "print this"},
};
/* clang-format on */

enum { COUNT = sizeof(table) / sizeof(*table) };

static int check_bind(const char *bind, char ret_what[ARGUMENTS_WHAT_SIZE])
{
	const struct dc_config config = {.bind_address = bind};
	const char *what;
	int error = dc_config_check(&config, &what);

	if (error)
		snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "%s", what);
	return error;
}

int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_what[ARGUMENTS_WHAT_SIZE])
{
	struct options options = {
		.messages = 100, .size = 1024, .parallel = 1, .bind = "127.0.0.1"};
	int error = arguments_parse(table, COUNT, argc, argv, &options, ret_what);

	if (!error)
		error = check_bind(options.bind, ret_what);
	if (!error && options.fault_in && options.parallel > 1) {
		snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "--fault-in wants one session at a time");
		error = -EINVAL;
	}
	if (error)
		return error;
	if (!options.sessions)
		options.sessions = options.seconds ? SESSIONS_TIMED : SESSIONS;
	*ret_options = options;
	return 0;
}

void options_print(void)
{
	puts("usage: dc-loopback [OPTION...]\n\n"
	     "Two WebRTC peers in this process, session by session: they connect, one sends\n"
	     "messages over a data channel, the other says when all have come, both close. The\n"
	     "last line has the numbers. Where objects outlive all sessions, standard error says\n"
	     "which, and who holds them.\n\n"
	     "Exit 0, also where objects outlive all sessions because of a --fault; 1: they do so\n"
	     "without one, or a session did not work; 2: a wrong option.\n");
	arguments_print(table, COUNT);
}
