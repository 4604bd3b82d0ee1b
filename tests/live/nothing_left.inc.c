/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a stress program of connections: all that it made is destroyed. */
#include "check.h"

#include <dcstack/dcstack.h>
#include <run/library.h>

enum { CLEANUP_MS = 60000 };

static void print_alive(void *user, const char *class_name, const char *holder, unsigned references)
{
	(void)user;
	fprintf(stderr, "alive: %s, held by %s (%u)\n", class_name, holder, references);
}

static void expect_nothing_left(void)
{
	struct library_counts counts;
	int error = dc_library_cleanup(CLEANUP_MS);

	if (error)
		dc_library_alive(print_alive, NULL);
	check(!error);
	library_count(&counts);
	check(!counts.objects && !counts.tasks_pending && !counts.timers_armed);
	check(!counts.callbacks_unfired && !counts.threads);
}
