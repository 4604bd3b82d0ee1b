/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <account/account.h>
#include <dcstack/dcstack.h>

struct objects {
	unsigned count, references;
	FILE *to; /* NULL: count only */
};

static void visit(void *user, const char *class_name, const char *holder, unsigned references)
{
	struct objects *objects = user;
	objects->count++;
	objects->references += references;
	if (objects->to)
		fprintf(objects->to, "object %s %s %u\n", class_name, holder, references);
}

void status_print_objects(FILE *to)
{
	struct objects objects = {.to = to};
	dc_library_alive(visit, &objects);
}

void status_print(FILE *to, unsigned http_connections)
{
	struct objects objects = {0};
	unsigned fds = account_fds();

	dc_library_alive(visit, &objects);
	fprintf(to, "objects %u\nreferences %u\nfds %u\nthreads %u\nrss_kb %lu\n", objects.count,
		objects.references, fds > http_connections ? fds - http_connections : 0,
		account_threads(), account_rss_kb());
}
