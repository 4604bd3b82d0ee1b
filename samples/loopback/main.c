/* SPDX-License-Identifier: Apache-2.0 */
/* Two WebRTC peers in one process: see --help. */
#include "meter.h"
#include "options.h"

#include <dcstack/dcstack.h>
#include <errno.h>
#include <inttypes.h>
#include <run/fault.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

/* All connections are closed by now, so that whatever is alive after that was forgotten. */
enum { CLEANUP_MS = 10000, CLEANUP_WITH_FAULT_MS = 500 };

static void print_faults(void)
{
	for (enum fault fault = 0; fault < FAULT_COUNT; fault++)
		if (fault_is_ordinary(fault))
			printf("%-18s %s\n", fault_name(fault), fault_what(fault));
	puts("Others take more than an ordinary session: dc-scenario --list");
}

static void print_alive(void *user, const char *class_name, const char *holder, unsigned references)
{
	(void)user;
	fprintf(stderr, "dc-loopback: alive: %s, held by \"%s\" (%u)\n", class_name, holder,
		references);
}

static void print_result(const struct options *options, const struct result *total)
{
	double seconds = (double)total->time_ns / 1e9 / (double)options->parallel;
	double per_second = seconds > 0 ? 1 / seconds : 0;

	printf("sessions=%lu messages=%" PRIu64 " bytes=%" PRIu64
	       " seconds=%.3f messages_per_second=%.0f megabytes_per_second=%.1f\n",
	       options->sessions, total->messages, total->bytes, seconds,
	       (double)total->messages * per_second, (double)total->bytes * per_second / 1e6);
}

/* One that strikes where dc-scenario plays it would do nothing here. */
static bool is_for_a_play(const char *name)
{
	for (enum fault fault = 0; fault < FAULT_COUNT; fault++) {
		if (!strcmp(fault_name(fault), name))
			return !fault_is_ordinary(fault);
	}
	return false;
}

static int ask_for(const char *name)
{
	if (is_for_a_play(name)) {
		fprintf(stderr,
			"dc-loopback: an ordinary session cannot have \"%s\"; see dc-scenario "
			"--list\n",
			name);
		return -EINVAL;
	}
	if (fault_set(name) == 0)
		return 0;
	fprintf(stderr, "dc-loopback: there is no fault \"%s\"; --faults lists them\n", name);
	return -ENOENT;
}

static int switch_on(const struct options *options)
{
	int error = options->leak ? fault_set("candidate-refs") : 0;

	for (unsigned i = 0; i < options->faults.count && !error; i++)
		error = ask_for(options->faults.texts[i]);
	return error;
}

/* What a fault has outlive its session was asked for. */
static int end_library(bool has_fault)
{
	if (!dc_library_cleanup(has_fault ? CLEANUP_WITH_FAULT_MS : CLEANUP_MS))
		return EXIT_OK;
	dc_library_alive(print_alive, NULL);
	return has_fault ? EXIT_OK : EXIT_FAILED;
}

static int run(const struct options *options)
{
	struct result total;
	const char *step = "start";
	int error, result;

	if (switch_on(options))
		return EXIT_USAGE;
	error = meter_run(options, &total, &step);
	result = end_library(options->leak || options->faults.count);
	if (error) {
		fprintf(stderr, "dc-loopback: the peers cannot %s on %s: %s\n", step, options->bind,
			strerror(-error));
		return EXIT_FAILED;
	}
	print_result(options, &total);
	return result;
}

int main(int argc, char **argv)
{
	char what[ARGUMENTS_WHAT_SIZE];
	struct options options;

	if (options_parse(argc, argv, &options, what)) {
		fprintf(stderr, "dc-loopback: %s; --help lists the options\n", what);
		return EXIT_USAGE;
	}
	if (options.help)
		options_print();
	if (options.list_faults)
		print_faults();
	if (options.help || options.list_faults)
		return EXIT_OK;
	return run(&options);
}
