/* SPDX-License-Identifier: Apache-2.0 */
/* dc-echo: every message of every data channel comes back. */
#include "options.h"
#include "server.h"
#include "status.h"
#include "trial.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long a peer may take to come, and the library to end. */
enum { CONNECT_MS = 30000, CLEANUP_MS = 10000 };

enum { EXIT_USAGE = 2 };

/* Signals are waited for here: threads that are started later inherit that they are blocked. */
static void block_signals(sigset_t *ret_signals)
{
	sigemptyset(ret_signals);
	sigaddset(ret_signals, SIGINT);
	sigaddset(ret_signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, ret_signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void run(const sigset_t *signals, struct sessions *sessions)
{
	static const struct timespec second = {.tv_sec = 1};
	while (sigtimedwait(signals, NULL, &second) < 0)
		sessions_expire(sessions, CONNECT_MS);
}

static void print_page(const char *address, uint16_t port)
{
	bool v6 = strchr(address, ':');
	printf("http://%s%s%s:%u/\n", v6 ? "[" : "", address, v6 ? "]" : "", port);
	fflush(stdout);
}

/* The library after the last session: whatever is alive then has been forgotten by somebody. */
static int end_library(void)
{
	int error = dc_library_cleanup(CLEANUP_MS);
	if (!error)
		return 0;
	fprintf(stderr, "dc-echo: the library does not end (%s); these are alive:\n",
		strerror(-error));
	status_print_objects(stderr);
	return error;
}

static void print_why_not_listening(const struct options *options, int error)
{
	char port[32] = "";
	if (options->port)
		snprintf(port, sizeof(port), ", port %lu", options->port);
	fprintf(stderr, "dc-echo: cannot listen on %s%s: %s\n", options->address, port,
		strerror(-error));
}

/* From the first request to a signal. */
static int listen_and_serve(const struct options *options, const sigset_t *signals,
			    struct sessions *sessions)
{
	struct server *server;
	int error = server_create(options->address, (uint16_t)options->port, sessions, &server);
	if (error) {
		print_why_not_listening(options, error);
		return error;
	}
	print_page(options->address, server_port(server));
	run(signals, sessions);
	sessions_end(sessions);
	server_destroy(server);
	return 0;
}

/* An exit code. */
static int serve(const struct options *options, const sigset_t *signals)
{
	const struct dc_config config = options_config(options);
	struct sessions *sessions;
	int error = sessions_create(&config, (unsigned)options->connections, &sessions);
	if (error) {
		fprintf(stderr, "dc-echo: cannot start: %s\n", strerror(-error));
		return EXIT_FAILURE;
	}
	error = listen_and_serve(options, signals, sessions);
	if (end_library())
		return EXIT_FAILURE;
	sessions_destroy(sessions);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* An exit code too: 0 if connections can be made. */
static int try_config(const struct options *options)
{
	const struct dc_config config = options_config(options);
	int error = dc_library_start(NULL);
	if (!error)
		error = trial_run(&config);
	if (!error)
		return EXIT_SUCCESS;
	fprintf(stderr, "dc-echo: connections cannot be made%s%s: %s\n",
		options->bind ? " on " : "", options->bind ? options->bind : "", strerror(-error));
	bool is_usage = options->bind && error == -EADDRNOTAVAIL;
	return end_library() || !is_usage ? EXIT_FAILURE : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct options options;
	sigset_t signals;
	char what[ARGUMENTS_WHAT_SIZE];
	if (options_parse(argc, argv, &options, what)) {
		fprintf(stderr, "dc-echo: %s; --help lists the options\n", what);
		return EXIT_USAGE;
	}
	if (options.help) {
		options_print();
		return 0;
	}
	block_signals(&signals);
	int code = try_config(&options);
	return code ? code : serve(&options, &signals);
}
