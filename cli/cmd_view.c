/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <serve/server.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <viewer/page.h>

#include "attached.h"
#include "say.h"
#include "served.h"

/* policy: what the page may do. */
static int start(const struct options *options, struct served *served, const char *policy,
		 struct server **ret_server)
{
	struct server_content content = {
		.page = viewer_page,
		.page_size = viewer_page_size(),
		.policy = policy,
		.trace_count = served_count(served),
		.ctx = served,
		.session = served_session,
		.frame = served_frame,
	};
	int r = server_start(&content, (uint16_t)options->port, ret_server);

	if (r < 0)
		say(options->port ? "without --port any free one is taken" : NULL,
		    "cannot serve at port %u of 127.0.0.1: %s", options->port, strerror(-r));
	return r;
}

/* The address alone is on stdout, for who opens it by a script. */
static int announce(const struct options *options, const struct server *server)
{
	char hint[128];

	if (printf("%s\n", server_url(server)) < 0 || fflush(stdout) != 0) {
		say(NULL, "cannot print the page's address: %s", strerror(errno));
		return -EIO;
	}
	snprintf(hint, sizeof(hint),
		 "from another machine: ssh -L %u:127.0.0.1:%u, and there the same address",
		 server_port(server), server_port(server));
	if (!options->quiet)
		say(hint, "open the address in a browser; Ctrl-C ends this");
	return 0;
}

static int serve(const struct options *options, struct served *served, struct attached *signals)
{
	char *policy = strndup((const char *)viewer_page_policy, viewer_page_policy_size());
	struct server *server = NULL;
	int r = policy ? start(options, served, policy, &server) : -ENOMEM;

	if (r == 0)
		r = announce(options, server);
	while (r == 0)
		r = attached_step(signals, -1);
	/* Who asks again does not wait for an answer that is being made. */
	attached_finish(signals);
	server_stop(server);
	free(policy);
	return r < 0 ? r : 0;
}

int cmd_view(const struct options *options)
{
	struct attached signals = {0};
	struct served *served = NULL;
	int r;

	if (!viewer_page_size()) {
		say("install npm (Node.js 18 or later) and build it again where npm's registry can "
		    "be reached; until then use rtctrack report",
		    "this rtctrack was built without the page");
		return EXIT_TOOL;
	}
	r = served_open(options, &served);
	/* Before there are threads, which are to leave signals to this one. */
	if (r == 0)
		r = attached_begin(NULL, 0, &signals);
	if (r == 0)
		r = serve(options, served, &signals);
	attached_finish(&signals);
	served_close(served);
	return r < 0 ? EXIT_TOOL : EXIT_CLEAN;
}
